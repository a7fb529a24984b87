package draw

// polyline writes points as path data. It rounds the points and not the steps: the
// rounding errors of thousands of steps would add up to pixels.
func polyline(points []Point) string {
	var b []byte
	var x, y int64
	for i, p := range points {
		px, py := hundredths(p.X), hundredths(p.Y)
		switch {
		case i == 0:
			b = append(b, 'M')
		case i == 1:
			b = append(b, 'l')
		case px-x >= 0:
			b = append(b, ' ')
		}
		b = appendPair(b, px-x, py-y)
		x, y = px, py
	}
	return string(b)
}

// boxes writes rectangles as path data. It rounds edges and not widths, so that
// neighbours touch. A narrow box keeps a width of .01, to be visible when zoomed in.
func boxes(bs []Box) string {
	var b []byte
	var x, y int64
	for _, r := range bs {
		if !(r.W > 0 && r.H > 0) {
			continue
		}
		left, top := hundredths(r.X), hundredths(r.Y)
		width := max(1, hundredths(r.X+r.W)-left)
		height := max(1, hundredths(r.Y+r.H)-top)
		b = append(b, 'm')
		b = appendPair(b, left-x, top-y)
		b = appendHundredths(append(b, 'h'), width)
		b = appendHundredths(append(b, 'v'), height)
		b = appendHundredths(append(b, 'h'), -width)
		b = append(b, 'z')
		x, y = left, top // z goes back to where m was
	}
	return string(b)
}
