package mockserver

// A stream keeps the random choices of one purpose apart from all others, so
// that faults do not strike the slowest requests alone.
type stream uint64

const (
	streamBody    stream = iota + 1 // seeds of the payloads
	streamLatency                   // delays
	streamFault                     // which fault strikes
	streamPlace                     // where a body is corrupt
)

// hash mixes its arguments to 64 even bits. Random choices come from it and not
// from a shared source: then the choice for a request would depend on the order
// of arrival, and no two runs would be alike.
func hash(seed uint64, s stream, id uint64) uint64 {
	return mix(mix(mix(seed)^uint64(s)) ^ id)
}

// mix is the output function of splitmix64 (Steele, Lea and Flood, 2014).
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// chance is a number from 0 to below 1.
func chance(seed uint64, s stream, id uint64) float64 {
	return float64(hash(seed, s, id)>>11) / (1 << 53)
}
