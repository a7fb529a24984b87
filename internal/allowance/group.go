package allowance

import (
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/prometheus/procfs"
)

// A group is a control group that a process is in, or one above it, as a folder.
// Version 2 has one tree for all controllers; version 1 a tree for one or several.
type group struct {
	dir         string
	name        string // its path within the tree
	version     int
	controllers []string // of version 1
}

// groups lists the control groups of the process, each with those above it as far as
// they are mounted: a limit of any of them holds.
func (p process) groups() []group {
	mounts, err := p.proc.MountInfo()
	if err != nil {
		return nil
	}
	memberships, err := p.proc.Cgroups()
	if err != nil {
		return nil
	}
	var out []group
	for _, m := range memberships {
		for _, mount := range mounts {
			version := 0
			switch {
			case m.HierarchyID == 0 && mount.FSType == "cgroup2":
				version = 2
			case m.HierarchyID > 0 && mount.FSType == "cgroup" && hasAll(mount.SuperOptions, m.Controllers):
				version = 1
			default:
				continue
			}
			out = append(out, p.upwards(m, mount, version)...)
			break
		}
	}
	return out
}

// hasAll also drops the names of hierarchies without a controller (name=systemd), whose
// option has a value.
func hasAll(options map[string]string, controllers []string) bool {
	return len(controllers) > 0 && !slices.ContainsFunc(controllers, func(c string) bool {
		value, there := options[c]
		return !there || value != ""
	})
}

// upwards lists the group and those above it. A container sees a part of the tree, whose
// root is Root; the path of its groups begins there, or, in a namespace, at "/".
func (p process) upwards(m procfs.Cgroup, mount *procfs.MountInfo, version int) []group {
	below, inside := strings.CutPrefix(path.Clean(m.Path), path.Clean(mount.Root))
	if !inside || below != "" && mount.Root != "/" && below[0] != '/' {
		below = ""
	}
	below = path.Clean("/" + below) // never above the mount, whatever ".." the path has
	var out []group
	for {
		out = append(out, group{
			dir: filepath.Join(p.root, mount.MountPoint, below), name: below,
			version: version, controllers: m.Controllers,
		})
		if below == "/" {
			return out
		}
		below = path.Dir(below)
	}
}

// quota is in CPU seconds a second; 0 if the group has none.
func (g group) quota() float64 {
	var spent, period string
	if g.version == 2 {
		fields := strings.Fields(g.read("cpu.max"))
		if len(fields) != 2 {
			return 0
		}
		spent, period = fields[0], fields[1]
	} else {
		spent, period = g.read("cpu.cfs_quota_us"), g.read("cpu.cfs_period_us")
	}
	s, err := strconv.ParseFloat(spent, 64) // "max", or -1 for none
	p, wrong := strconv.ParseFloat(period, 64)
	if err != nil || wrong != nil || !(s > 0 && p > 0) {
		return 0
	}
	return s / p
}

// memory is a limit in bytes; 0 if the group has none. Version 1 spells none as a number
// near 2^63.
func (g group) memory() int64 {
	file := "memory.max"
	if g.version == 1 {
		file = "memory.limit_in_bytes"
	}
	n, err := strconv.ParseInt(g.read(file), 10, 64)
	if err != nil || n >= 1<<62 {
		return 0
	}
	return n
}

// used is the CPU time of the group, in seconds; false if it does not say.
func (g group) used() (float64, bool) {
	if g.version == 1 {
		ns, err := strconv.ParseFloat(g.read("cpuacct.usage"), 64)
		return ns / 1e9, err == nil
	}
	for line := range strings.Lines(g.read("cpu.stat")) {
		if us, found := strings.CutPrefix(line, "usage_usec "); found {
			n, err := strconv.ParseFloat(strings.TrimSpace(us), 64)
			return n / 1e6, err == nil
		}
	}
	return 0, false
}

// periods counts those of the quota, and those in which it stopped the group. Both versions
// have the same names for it.
func (g group) periods() (all, stopped float64) {
	for line := range strings.Lines(g.read("cpu.stat")) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		n, err := strconv.ParseFloat(value, 64)
		switch {
		case err != nil:
		case name == "nr_periods":
			all = n
		case name == "nr_throttled":
			stopped = n
		}
	}
	return all, stopped
}

// read returns a file of the group without the space around it; "" if it has none.
func (g group) read(file string) string {
	text, err := os.ReadFile(filepath.Join(g.dir, file))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(text))
}
