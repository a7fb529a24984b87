package results

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// memorySlack is the share by which the memory of one machine differs from boot to boot.
const memorySlack = .01

// Differences lists in what this machine is another than an earlier one: each field of
// run.json by its name, with both values, as "cores 1, was 2". It is empty for the same
// machine.
func (m Machine) Differences(was Machine) []string {
	m.Memory = steady(m.Memory, was.Memory)
	may, could := m.Allowance, was.Allowance
	if may != nil && could != nil {
		may = new(*may)
		may.Memory = steady(may.Memory, could.Memory)
	}
	m.Allowance, was.Allowance = nil, nil
	// By what run.json has of it, so that a new field is compared too.
	now, before := fields(m, ""), fields(was, "")
	maps.Copy(now, fields(may, "allowed "))
	maps.Copy(before, fields(could, "allowed "))
	all := maps.Clone(now)
	maps.Copy(all, before)
	var out []string
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if a, b := string(now[name]), string(before[name]); a != b {
			out = append(out, fmt.Sprintf("%s %s, was %s", name, orUnknown(a), orUnknown(b)))
		}
	}
	return out
}

// steady returns the earlier size of a memory if the two are of one machine.
func steady(now, was int64) int64 {
	if d := float64(now - was); d*d <= memorySlack*memorySlack*float64(now)*float64(was) {
		return was
	}
	return now
}

// fields are the fields that run.json has of a value, each name with a prefix; unknown ones
// are left out.
func fields(value any, prefix string) map[string]json.RawMessage {
	read, out := map[string]json.RawMessage{}, map[string]json.RawMessage{}
	text, err := json.Marshal(value)
	if err == nil {
		err = json.Unmarshal(text, &read)
	}
	if err != nil {
		panic(err) // a defect of the type
	}
	for name, v := range read {
		out[prefix+name] = v
	}
	return out
}

func orUnknown(value string) string {
	if value == "" {
		return "unknown"
	}
	return value
}
