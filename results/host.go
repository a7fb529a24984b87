package results

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"os"
	"slices"
)

// NodeName is the environment variable that names the machine, where the hostname is that of a
// container: a pod has it by the downward API.
const NodeName = "NODE_NAME"

// A Host is a machine that took some of a run's rounds: a block of its statistics.
type Host struct {
	ID      string  `json:"id"`   // the same for all containers of one machine, until it boots again
	Name    string  `json:"name"` // for people
	Machine Machine `json:"machine"`
}

// ThisHost describes the machine of this process.
func ThisHost() Host {
	name := os.Getenv(NodeName)
	if name == "" {
		name, _ = os.Hostname() // a machine without a name has an ID still
	}
	key := bootID()
	if key == "" {
		key = name
	}
	return Host{ID: fmt.Sprintf("%x", sha256.Sum256([]byte(key)))[:12], Name: cmp.Or(oneLine(name), "unnamed"), Machine: ThisMachine()}
}

// Kind spells what a machine is like. What is measured on machines of two kinds is not pooled.
func (m Machine) Kind() string {
	out := m.Usable()
	if out == "" {
		out = "unknown cores"
	}
	if m.CPU != "" {
		out += ", " + m.CPU
	}
	return fmt.Sprintf("%s, %s/%s", out, m.OS, m.Arch)
}

// Host returns the machine with this ID. One that the run's record has not is nameless.
func (i Info) Host(id string) Host {
	for _, h := range i.Hosts {
		if h.ID == id {
			return h
		}
	}
	return Host{ID: id, Name: cmp.Or(id, "this machine"), Machine: i.Machine}
}

// Kinds are the kinds of the machines that took the run's rounds, sorted; one for a run of one
// machine.
func (i Info) Kinds() []string {
	out := []string{}
	for _, h := range i.Hosts {
		out = append(out, h.Machine.Kind())
	}
	if len(out) == 0 {
		out = []string{i.Machine.Kind()}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Enter adds a machine to those that take rounds of the run.
func (i *Info) Enter(h Host) {
	i.Hosts = slices.DeleteFunc(slices.Clone(i.Hosts), func(o Host) bool { return o.ID == h.ID })
	i.Hosts = append(i.Hosts, h)
	slices.SortFunc(i.Hosts, func(a, b Host) int { return cmp.Compare(a.ID, b.ID) })
}
