package draw_test

import (
	"fmt"

	"collatebench/results/report/draw"
)

func Example() {
	s := draw.Scene{Width: 40, Height: 20, ID: "bar", Title: "one bar"}
	s.Shapes = append(s.Shapes, draw.Rect{X: 4, Y: 4, W: 32, H: 12, Fill: "good"})
	fmt.Println(s.SVG())
	// Output:
	// <svg xmlns="http://www.w3.org/2000/svg" class="draw" width="40" height="20" viewBox="0 0 40 20" role="img" aria-labelledby="bar-t"><title id="bar-t">one bar</title><rect class="f-good" x="4" y="4" width="32" height="12"/></svg>
}
