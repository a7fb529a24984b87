package draw

// polyline is the points as path data. Steps are taken between the rounded
// places: rounded themselves, thousands of them would add up to pixels.
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

// boxes is the rectangles as path data. The edges are rounded, not the widths,
// so that neighbours touch; what has a width keeps one, for who zooms in.
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
