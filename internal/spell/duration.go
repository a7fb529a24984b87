package spell

import (
	"fmt"
	"time"
)

// There are four spellings, because what each of them has written so far stays
// to the byte. New text takes Duration.
//
//	                2.341 s   45.67 ms   4.5 ms    456.7 µs   used for
//	Duration        2.34s     46ms       4.5ms     457µs      the times of a client, in a sentence
//	DurationSI      2.3 s     45.7 ms    4.5 ms    457 µs     waits in a trace, in a sentence
//	DurationMilli   2.34 s    45.7 ms    4.5 ms    0.457 ms   waits in a trace, under each other
//	DurationAmount  2.34 s    45.7 ms    4.50 ms   456 us     tables and titles of a page

// Duration writes seconds in Go's own spelling, rounded to two or three digits.
func Duration(seconds float64) string {
	d := time.Duration(seconds * 1e9)
	switch {
	case d >= 100*time.Millisecond:
		return d.Round(10 * time.Millisecond).String()
	case d >= 10*time.Millisecond:
		return d.Round(time.Millisecond).String()
	case d >= time.Millisecond:
		return d.Round(100 * time.Microsecond).String()
	default:
		return d.Round(time.Microsecond).String()
	}
}

// DurationSI writes seconds in s to two digits, in ms or µs to three, without
// zeros at the end. Above 99 s it has an exponent: 1.2e+02 s.
func DurationSI(seconds float64) string {
	switch {
	case seconds >= 1:
		return fmt.Sprintf("%.2g s", seconds)
	case seconds >= 1e-3:
		return milliseconds(seconds)
	}
	return fmt.Sprintf("%.3g µs", seconds*1e6)
}

// DurationMilli writes seconds in ms to three digits, from 1 s on in s, so that
// short waits can be compared in one unit. From 1 ms to 1 s it is DurationSI.
func DurationMilli(seconds float64) string {
	if seconds >= 1 {
		return fmt.Sprintf("%.2f s", seconds)
	}
	return milliseconds(seconds)
}

func milliseconds(seconds float64) string { return fmt.Sprintf("%.3g ms", seconds*1e3) }

// DurationAmount writes s and ms as [Amount] does, zeros included, and below
// 1 ms whole us.
func DurationAmount(d time.Duration) string {
	switch {
	case d >= time.Second:
		return Amount(d.Seconds()) + " s"
	case d >= time.Millisecond:
		return Amount(d.Seconds()*1e3) + " ms"
	default:
		return fmt.Sprintf("%d us", d.Microseconds())
	}
}
