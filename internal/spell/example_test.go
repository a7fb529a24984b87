package spell_test

import (
	"fmt"

	"collatebench/internal/spell"
)

func Example() {
	fmt.Println(spell.Duration(.01534), "or", spell.DurationSI(.01534))
	fmt.Println(spell.Amount(87.76), "MB/s,", spell.Percent(.123, 0))
	fmt.Println(spell.Plural(1, "round") + ", " + spell.Plural(8, "cell"))
	fmt.Println(spell.FirstFew([]string{"a", "b", "c", "d", "e", "f", "g"}))
	// Output:
	// 15ms or 15.3 ms
	// 87.8 MB/s, 12%
	// 1 round, 8 cells
	// a, b, c, d, e and 2 more
}
