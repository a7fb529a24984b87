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
	if d := float64(m.Memory - was.Memory); d*d <= memorySlack*memorySlack*float64(m.Memory)*float64(was.Memory) {
		m.Memory = was.Memory
	}
	// By what run.json has of it, so that a new field is compared too.
	now, before := m.fields(), was.fields()
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

// fields are the fields of run.json; unknown ones are left out.
func (m Machine) fields() map[string]json.RawMessage {
	out := map[string]json.RawMessage{}
	text, err := json.Marshal(m)
	if err == nil {
		err = json.Unmarshal(text, &out)
	}
	if err != nil {
		panic(err) // a defect of the type
	}
	return out
}

func orUnknown(value string) string {
	if value == "" {
		return "unknown"
	}
	return value
}
