package payload

// A pair is an entry of Record.Attributes.
type pair struct{ key, value string }

// sortedPairs appends the entries of m to b, which is empty, in order of their keys. There are few:
// inserting them is quicker than sorting, and than looking the values up by sorted keys.
func sortedPairs(b []pair, m map[string]string) []pair {
	for k, v := range m {
		i := len(b)
		b = append(b, pair{})
		for ; i > 0 && k < b[i-1].key; i-- {
			b[i] = b[i-1]
		}
		b[i] = pair{k, v}
	}
	return b
}
