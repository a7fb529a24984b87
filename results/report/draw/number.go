package draw

import (
	"math"
	"strconv"
)

// hundredths rounds pixels to hundredths, which the SVG states. It bounds them, and
// turns NaN into 0: a browser refuses a whole path for one bad number.
func hundredths(v float64) int64 {
	const far = 1e7 // pixels
	if math.IsNaN(v) {
		return 0
	}
	return int64(math.Round(100 * max(-far, min(v, far))))
}

func number(v float64) string { return string(appendHundredths(nil, hundredths(v))) }

// appendHundredths writes n/100 as shortly as SVG lets it: -.5 for -0.50.
func appendHundredths(b []byte, n int64) []byte {
	if n < 0 {
		b = append(b, '-')
		n = -n
	}
	if n >= 100 || n == 0 {
		b = strconv.AppendInt(b, n/100, 10)
	}
	if n %= 100; n != 0 {
		b = append(b, '.', byte('0'+n/10))
		if n%10 != 0 {
			b = append(b, byte('0'+n%10))
		}
	}
	return b
}

// appendPair writes two numbers. It leaves out the space before a minus sign.
func appendPair(b []byte, x, y int64) []byte {
	b = appendHundredths(b, x)
	if y >= 0 {
		b = append(b, ' ')
	}
	return appendHundredths(b, y)
}
