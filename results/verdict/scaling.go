package verdict

import "fmt"

// scattered, the highest over the lowest predicted gain within the interval of the
// effective cores: from here on the prediction is doubted. A tenth is what an
// intervention must gain to be worth a change.
const scattered = gains

// scalingDoubt says how far the scatter of the measured core scaling reaches in the gain
// that is predicted for a cause; "" if that is little, or if no interval is known.
func (p Probes) scalingDoubt(r probesRule) string {
	if p.EffectiveCoresLow <= 0 || p.EffectiveCoresHigh < p.EffectiveCoresLow || p.Simulated {
		return ""
	}
	// Cores do no more together than their number of times.
	fewest, most := p.EffectiveCoresLow, max(p.EffectiveCores, min(p.EffectiveCoresHigh, p.Cores))
	low, high := r.gain(p.scaledTo(fewest)), r.gain(p.scaledTo(most))
	if high < scattered*low {
		return ""
	}
	return fmt.Sprintf("the gain predicted of %s: %s cores were measured to be %.2f to %.2f effective ones, so it is %.2fx to %.2fx",
		r.remedy, coreCount(p.Cores), fewest, most, low, high)
}

// scaledTo returns the evidence as it would be if the cores did as much together as
// effective cores do.
func (p Probes) scaledTo(effective float64) Probes {
	p.Decoding *= p.EffectiveCores / effective
	p.EffectiveCores = effective
	return p
}
