package verdict_test

import (
	"slices"
	"strings"
	"testing"

	"collatebench/internal/spell"
	"collatebench/results/verdict"
)

// seen is a process on a quiet machine of two cores, with 32 connections.
func seen(edit func(*verdict.Process)) verdict.Process {
	p := verdict.Process{
		Subject: "client (process 7)", Seconds: 5, Program: "client", Threads: 6, Tree: 1, Allowed: 2, Others: verdict.Known(.1), States: true,
		Upstream: verdict.ProcessPeer{Address: "10.0.0.1:80", Connections: 32, Received: 1e8, Requests: 150},
	}
	edit(&p)
	return p
}

// runs sets the cores that are used, and the share of the time in which 0, 1, 2, ... are.
func runs(p *verdict.Process, cores, waiting float64, parallel ...float64) {
	p.Cores, p.Waiting, p.Parallel = cores, waiting, parallel
	p.Busiest, p.Working = verdict.ProcessThread{Name: "worker", Cores: cores / 3}, 3
}

func who(p *verdict.Process, asked, arriving, unread, answered float64) {
	u := &p.Upstream
	u.Asked, u.Arriving, u.Unread, u.Answered = asked, arriving, unread, answered
	u.Connections = asked + arriving + unread + answered + u.Connecting
}

// processes are those that were seen in trials, and those at the edges of the rules.
var processes = []struct {
	name string
	p    verdict.Process
	want []verdict.Cause
	says string // a part of the sentence, or of what is missing
}{
	{"rust, buffer_unordered: the task moves between two threads", seen(func(p *verdict.Process) {
		runs(p, .98, .1, .02, .97, .01)
		who(p, 3.1, 5.4, 7.2, 16.3)
		p.Upstream.UnreadBytes, p.Working, p.Alike = 7.2e6, 2, "tokio-rt-worker"
	}), []verdict.Cause{verdict.Serialised}, "Two threads (tokio-rt-worker) take turns: in 99% of the interval no two run at once."},
	{"rust, spawn", seen(func(p *verdict.Process) { runs(p, 1.86, .8, 0, .1, .9); who(p, 4.8, 6.7, 10.3, 10.2) }),
		[]verdict.Cause{verdict.CPUSaturated}, "This is the roof"},
	{"rust, spawn, upstream beside it on the same cores", seen(func(p *verdict.Process) {
		runs(p, 1.54, 1.2, 0, .3, .7)
		who(p, 4.8, 6.7, 10.3, 10.2)
		p.Others = verdict.Known(.42)
	}), []verdict.Cause{verdict.CPUSaturated}, "1.54 of 2 cores"},
	{"upstream takes 400 ms", seen(func(p *verdict.Process) { runs(p, .28, .1, .8, .15, .05); who(p, 29.1, 1.5, .8, .6) }),
		[]verdict.Cause{verdict.Outside}, "on 29 of 32 connections"},
	{"python, asyncio", seen(func(p *verdict.Process) {
		runs(p, .91, 0, .06, .94)
		who(p, 1.1, 0, 18.3, 12.6)
		p.Program, p.Working, p.Busiest = "python3.11", 1, verdict.ProcessThread{Name: "python", Cores: .91}
	}), []verdict.Cause{verdict.Serialised}, "One thread (python) runs for 91% of the time."},
	{"python, threads of one interpreter", seen(func(p *verdict.Process) {
		runs(p, 1.08, .6, .02, .9, .08)
		who(p, .2, 2.8, 6.7, 22.4)
		p.Program, p.Working = "python3.11", 30
	}), []verdict.Cause{verdict.Serialised}, "by its lock: do that work in processes"},
	{"go, collector, with a collector of garbage beside it", seen(func(p *verdict.Process) { runs(p, 1.2, .2, 0, .78, .22); who(p, .6, 3, .5, 28) }),
		[]verdict.Cause{verdict.Serialised}, "Do that work in tasks or threads of their own: predicted gain up to 1.6x"},
	{"java, one thread with the runtime's own beside it", seen(func(p *verdict.Process) {
		runs(p, 1.5, .3, 0, .5, .5)
		who(p, .6, 3, .5, 28)
		p.Helpers, p.Busiest = .45, verdict.ProcessThread{Name: "pool-1-thread-1", Cores: .97}
	}), []verdict.Cause{verdict.Serialised}, "One thread (pool-1-thread-1) runs for 97% of the time."},
	{"java, a lock, while it compiles", seen(func(p *verdict.Process) {
		runs(p, 1.9, .5, 0, .1, .9)
		who(p, .6, 3, .5, 28)
		p.Helpers, p.Busiest = .9, verdict.ProcessThread{Name: "pool-1-thread-1", Cores: .1}
	}), nil, "watch it once that is over"},
	{"java, all cores, while it compiles", seen(func(p *verdict.Process) {
		runs(p, 1.95, 9, 0, .02, .98)
		who(p, .6, 3, .5, 28)
		p.Helpers, p.Busiest = .5, verdict.ProcessThread{Name: "pool-1-thread-1", Cores: .1}
	}), []verdict.Cause{verdict.CPUSaturated}, "1.95 of 2 cores"},
	{"one thread, on sixteen cores", seen(func(p *verdict.Process) { runs(p, 1.05, .1, .02, .9, .08); who(p, .6, 3, .5, 28); p.Allowed = 16 }),
		[]verdict.Cause{verdict.Serialised}, "up to 15.1x"},
	{"four workers, on sixteen cores", seen(func(p *verdict.Process) {
		runs(p, 4.1, .1, 0, 0, .05, .15, .6, .2)
		who(p, .6, 3, .5, 28)
		p.Allowed = 16
	}), []verdict.Cause{verdict.HiddenCap}, "About 4 work at a time"},
	{"serial, beside a neighbour that takes a core: it would not use more", seen(func(p *verdict.Process) {
		runs(p, .75, .34, .06, .94)
		who(p, .1, .1, 13.9, 17.9)
		p.Others = verdict.Known(.98)
	}), []verdict.Cause{verdict.Serialised}, "and 0.3 threads wait for a core"},
	{"parallel, beside such a neighbour", seen(func(p *verdict.Process) {
		runs(p, .95, 1.03, .04, .94, .02)
		who(p, .5, .9, 18, 13)
		p.Others = verdict.Known(1.04)
	}), nil, "a quiet machine: others use 1.04 of its 2 cores"},
	{"hey, full cores: its upstream and the kernel's network take the rest", seen(func(p *verdict.Process) {
		runs(p, 1.07, 1.11, 0, 1)
		who(p, 14, .3, 35.4, .7)
		p.Others, p.Idle = verdict.Known(.59), verdict.Known(.04)
	}), nil, "a quiet machine: others use 0.89 of its 2 cores"},
	{"rclone, four transfers beside its upstream: more threads wait than cores are idle", seen(func(p *verdict.Process) {
		runs(p, .78, 1.3, 0, 1)
		who(p, 2.3, .2, .3, 1.1)
		p.Others, p.Idle = verdict.Known(.8), verdict.Known(.3)
	}), nil, "a quiet machine: others use 0.92 of its 2 cores"},
	{"32 threads of Python: as many wait for the lock's core as are idle", seen(func(p *verdict.Process) {
		runs(p, 1.05, .96, 0, .98, .02)
		who(p, .3, .8, 23.2, 7.7)
		p.Others, p.Idle, p.Busiest.Cores = verdict.Known(.02), verdict.Known(.9), .05
	}), []verdict.Cause{verdict.Serialised}, "1.05 of 2 cores"},
	{"a rate limit, one request at a time", seen(func(p *verdict.Process) { runs(p, .04, 0, 1); who(p, .5, 0, 0, .5) }),
		[]verdict.Cause{verdict.HiddenCap}, "on 0.5 of 1 connections"},
	{"serial beside a busy upstream: it would not use more", seen(func(p *verdict.Process) {
		runs(p, .95, .1, .02, .98)
		who(p, 1, .3, 20, 10)
		p.Others, p.Idle = verdict.Known(.8), verdict.Known(.15)
	}), []verdict.Cause{verdict.Serialised}, "does not show while others use 0.90 of 2 cores"},
	{"a client that does not read, of its own accord", seen(func(p *verdict.Process) {
		runs(p, .1, 0, .9, .1)
		who(p, 0, .3, 3.5, .2)
		p.Upstream.UnreadBytes = 2e6
	}), []verdict.Cause{verdict.HiddenCap}, "the client does not read what came (2.0 MB)"},
	{"half of the answers are owed, and two run by chance as often as none", seen(func(p *verdict.Process) { runs(p, 1, .2, .25, .5, .25); who(p, 15, 3, 4, 10) }),
		nil, "no sign is clear"},
	{"narrow link", seen(func(p *verdict.Process) { runs(p, .3, .1, .75, .2, .05); who(p, .5, 27, 4, .5) }),
		[]verdict.Cause{verdict.NetworkBound}, "on 27 of 32 connections"},
	{"four connections of an event loop", seen(func(p *verdict.Process) {
		runs(p, .16, .1, .9, .1)
		who(p, 3.7, 0, .1, .2)
		p.Busiest, p.Upstream.Requests, p.Upstream.Pause, p.Upstream.Pauses = verdict.ProcessThread{Name: "python", Cores: .16}, 36, .008, 144
	}), []verdict.Cause{verdict.ConnectionPool}, "no more than 4 connections"},
	{"four connections that are used again at once", seen(func(p *verdict.Process) {
		runs(p, .16, .1, .9, .1)
		who(p, 3.9, 0, .1, 0)
		p.Upstream.Requests, p.Upstream.Pause, p.Upstream.Pauses = 36, .0003, 144
	}), []verdict.Cause{verdict.ConnectionPool}, "such as a pool of connections"},
	{"four connections that rest while their answer is decoded", seen(func(p *verdict.Process) {
		runs(p, .36, .1, .7, .3)
		who(p, 3.2, .1, .1, .6)
		p.Upstream.Requests, p.Upstream.Pause, p.Upstream.Pauses = 36, .011, 144
	}), []verdict.Cause{verdict.HiddenCap}, "such as a semaphore"},
	{"four connections that are used again at once, on a machine that stops now and then", seen(func(p *verdict.Process) {
		runs(p, .16, .1, .9, .1)
		who(p, 3.9, 0, .1, 0)
		p.Upstream.Requests, p.Upstream.Pause, p.Upstream.Pauses, p.Upstream.Prompt = 36, .004, 144, 70
	}), []verdict.Cause{verdict.ConnectionPool}, "such as a pool of connections"},
	{"four connections of Node that are handed on before the answer is decoded", seen(func(p *verdict.Process) {
		runs(p, .34, .1, .75, .25)
		who(p, 3.9, 0, .1, 0)
		p.Program, p.Busiest, p.Upstream.Requests, p.Upstream.Pause, p.Upstream.Pauses = "node", verdict.ProcessThread{Name: "node", Cores: .31}, 38, .0029, 151
	}), []verdict.Cause{verdict.ConnectionPool}, "such as a pool of connections"},
	{"four permits of Node", seen(func(p *verdict.Process) {
		runs(p, .43, .1, .64, .36)
		who(p, 3.4, .1, .2, .4)
		p.Program, p.Busiest, p.Upstream.Requests, p.Upstream.Pause, p.Upstream.Pauses = "node", verdict.ProcessThread{Name: "node", Cores: .4}, 34, .0148, 131
	}), []verdict.Cause{verdict.HiddenCap}, "such as a semaphore"},
	{"sixteen connections, and forty requests were meant", seen(func(p *verdict.Process) { runs(p, .3, 0, .8, .2); who(p, 15, .5, .3, .2); p.Window = 40 }),
		[]verdict.Cause{verdict.ConnectionPool}, "where 40 are meant to be in flight"},
	{"eight connections, and eight requests were meant", seen(func(p *verdict.Process) { runs(p, .3, 0, .8, .2); who(p, 7, .5, .3, .2); p.Window = 8 }),
		[]verdict.Cause{verdict.Outside}, "a larger window gains"},
	{"connections that are always made anew", seen(func(p *verdict.Process) {
		runs(p, .3, 0, .8, .2)
		p.Upstream.Connecting, p.Upstream.Opened = 20, 200
		who(p, 8, 1, 1, 2)
	}), []verdict.Cause{verdict.ConnectionPool}, "20 of 32 connections to 10.0.0.1:80 are being made"},
	{"a rate limit", seen(func(p *verdict.Process) { runs(p, .1, 0, .9, .1); who(p, 1.5, .3, .2, 30) }),
		[]verdict.Cause{verdict.HiddenCap}, "the client asks for nothing"},
	{"a rate limit of which the pool has never seen more than three at once", seen(func(p *verdict.Process) { runs(p, .08, 0, 1); who(p, 1.5, .3, 0, 1.2) }),
		[]verdict.Cause{verdict.HiddenCap}, "on 1.2 of 3 connections"},
	{"a lock around the whole request", seen(func(p *verdict.Process) { runs(p, .2, 0, .8, .2); who(p, .8, .1, .1, 31) }),
		[]verdict.Cause{verdict.Serialised}, "of 32 connections 1 carries a request at a time"},
	{"waiting for a database", seen(func(p *verdict.Process) {
		runs(p, .1, 0, .9, .1)
		who(p, 1.5, .3, .2, 30)
		p.Peers = []verdict.ProcessPeer{{Address: "10.0.0.2:5432", Connections: 5, Asked: 4.6, Answered: .4}}
	}), []verdict.Cause{verdict.Outside}, "--peer 10.0.0.2:5432"},
	{"stopped by its quota", seen(func(p *verdict.Process) {
		runs(p, .5, .9, .4, .4, .2)
		who(p, 3, 3, 10, 16)
		p.Allowed, p.Quota, p.Stopped = .5, .5, verdict.Known(.95)
	}), []verdict.Cause{verdict.Throttled}, "0.5 cores, stopped it in 95% of the periods"},
	{"a quota that stops nobody", seen(func(p *verdict.Process) {
		runs(p, .98, .1, .02, .97, .01)
		who(p, 3.1, 5.4, 7.2, 16.3)
		p.Allowed, p.Quota, p.Stopped = 1.5, 1.5, verdict.Known(0)
	}), []verdict.Cause{verdict.Serialised}, "0.98 of 1.5 cores"},
	{"one core", seen(func(p *verdict.Process) { runs(p, .97, 3, .02, .98); who(p, 1, 1, 15, 15); p.Allowed = 1 }),
		[]verdict.Cause{verdict.CPUSaturated}, "On one core serial is right."},
	{"no connection", seen(func(p *verdict.Process) { runs(p, 1, 0, 0, 1); p.Upstream = verdict.ProcessPeer{} }), nil, "no TCP connection"},
	{"connections that live too shortly to be seen", seen(func(p *verdict.Process) { runs(p, .7, 0, .3, .7); p.Upstream, p.Opens = verdict.ProcessPeer{}, 15825 }), nil, "15825 a second are made on this host"},
	{"QUIC", seen(func(p *verdict.Process) { runs(p, 1, 0, 0, 1); p.Upstream, p.UDP = verdict.ProcessPeer{}, 2 }), nil, "2 sockets of UDP"},
	{"nothing to do", seen(func(p *verdict.Process) { runs(p, .01, 0, 1); who(p, 0, 0, 0, 32); p.Upstream.Received = 10 }), nil, "watch it under load"},
	{"another network namespace", seen(func(p *verdict.Process) { runs(p, .3, 0, .8, .2); p.States = false }), nil, "another network namespace"},
	{"the same, serial", seen(func(p *verdict.Process) {
		runs(p, .98, .1, .02, .97, .01)
		p.States = false
		p.Upstream.UnreadBytes = 5e6
	}),
		[]verdict.Cause{verdict.Serialised}, "0.98 of 2 cores"},
	{"HTTP/2, upstream slow", seen(func(p *verdict.Process) { runs(p, .2, 0, .8, .2); who(p, .9, 0, 0, .1); p.Upstream.Multiplexed = true }),
		[]verdict.Cause{verdict.Outside}, "on 0.9 of 1"},
	{"HTTP/2, serial", seen(func(p *verdict.Process) {
		runs(p, .98, .1, .02, .97, .01)
		who(p, 0, .3, .7, 0)
		p.Upstream.Multiplexed = true
	}),
		[]verdict.Cause{verdict.Serialised}, "0.98 of 2 cores"},
	{"nothing tells who is to move, and it is idle", seen(func(p *verdict.Process) {
		runs(p, .1, 0, .9, .1)
		who(p, 1, 0, 0, 1)
		p.Upstream.Tied, p.Upstream.Connections = 30, 32
	}),
		[]verdict.Cause{verdict.Outside}, "on 31 of 32 connections"},
	{"nothing tells who is to move, and it is busy", seen(func(p *verdict.Process) {
		runs(p, .98, 0, .02, .98)
		who(p, 1, 0, 0, 1)
		p.Upstream.Tied, p.Upstream.Connections = 30, 32
	}), []verdict.Cause{verdict.Serialised}, "Not the upstream: it owes 1 of 32 answers"},
	{"too short", seen(func(p *verdict.Process) { runs(p, 1, 0, 0, 1); p.Seconds = .1 }), nil, "too short"},
}

func TestJudgeProcess(t *testing.T) {
	for _, c := range processes {
		v := verdict.JudgeProcess(c.p)
		if !slices.Equal(v.Causes, append([]verdict.Cause{}, c.want...)) || !strings.Contains(v.Sentence, c.says) {
			t.Errorf("%s: %v, %s\nwant %v, with %q", c.name, v.Causes, v.Sentence, c.want, c.says)
		}
		if n := strings.Count(strings.TrimSuffix(v.Sentence, "\n"), "\n") + 1; n > 5 {
			t.Errorf("%s: a sentence of %d lines:\n%s", c.name, n, v.Sentence)
		}
		if len(v.Causes) == 0 && len(v.Missing) == 0 {
			t.Errorf("%s: no cause, and nothing is missing", c.name)
		}
		for _, r := range v.RuledOut {
			if slices.Contains(v.Causes, r.Cause) || r.Because == "" {
				t.Errorf("%s: %s is ruled out: %q", c.name, r.Cause, r.Because)
			}
		}
		if len(v.Evidence) < 10 {
			t.Errorf("%s: %d figures", c.name, len(v.Evidence))
		}
	}
}

// TestProcessStacks: where there are stacks the sentence names the function, and else what
// would name it.
func TestProcessStacks(t *testing.T) {
	p := processes[0].p
	p.Section = verdict.TraceSection{Function: "client::request", At: "client.rs:41", Calls: "serde_json::de::from_slice", Share: .71, Samples: 300}
	if v := verdict.JudgeProcess(p); !strings.Contains(v.Sentence, "71% of the CPU time is spent in serde_json::de::from_slice, called at client.rs:41 (client::request).") {
		t.Error(v.Sentence)
	}
	p.Inner, p.InnerShare = "serde::de", .68
	if v := verdict.JudgeProcess(p); !strings.Contains(v.Sentence, "(client::request); 68% in serde::de.") {
		t.Error(v.Sentence)
	}
	p.Section.At = ""
	if v := verdict.JudgeProcess(p); !strings.Contains(v.Sentence, "in serde_json::de::from_slice, called by client::request; 68%") {
		t.Error(v.Sentence)
	}
	p.Section, p.Unnamed = verdict.TraceSection{}, "The package linux-perf would name the function"
	if v := verdict.JudgeProcess(p); !strings.Contains(v.Sentence, p.Unnamed) {
		t.Error(v.Sentence)
	}
}

// TestProcessChurn: connections that are hardly used twice are said, whatever the verdict, unless few
// are made.
func TestProcessChurn(t *testing.T) {
	for name, p := range map[string]verdict.Process{"a verdict": processes[0].p, "none": processes[len(processes)-1].p} {
		p.Upstream.Fresh, p.Opens = .97, 5000
		if v := verdict.JudgeProcess(p); len(v.Uncertain) != 1 || !strings.Contains(v.Uncertain[0], "5000 a second are made on this host") {
			t.Errorf("%s: %q", name, v.Uncertain)
		}
		p.Opens = 3
		if v := verdict.JudgeProcess(p); len(v.Uncertain) != 0 {
			t.Errorf("%s, three a second: %q", name, v.Uncertain)
		}
		p.Upstream.Fresh, p.Opens = .1, 5000
		if v := verdict.JudgeProcess(p); len(v.Uncertain) != 0 {
			t.Errorf("%s, somebody else's: %q", name, v.Uncertain)
		}
	}
}

// TestProcessHeld: what a process does on one core tells more than what was seen, and is in the
// verdict as any intervention.
func TestProcessHeld(t *testing.T) {
	unclear := seen(func(p *verdict.Process) { runs(p, 1.25, .1, .02, .6, .38); who(p, 1, 3, 8, 20) })
	if v := verdict.JudgeProcess(unclear); len(v.Causes) > 0 {
		t.Fatalf("%v without a proof", v.Causes)
	}
	for _, c := range []struct {
		held verdict.Gain
		want []verdict.Cause
	}{
		{verdict.Gain{Mean: 1.1, Low: 1.02, High: 1.18, Pairs: 6}, []verdict.Cause{verdict.Serialised}},
		{verdict.Gain{Mean: 1.7, Low: 1.6, High: 1.8, Pairs: 6}, []verdict.Cause{}},
	} {
		unclear.Held = verdict.ProcessHeld{Gain: c.held}
		v := verdict.JudgeProcess(unclear)
		if !slices.Equal(v.Causes, c.want) {
			t.Errorf("held, %v: %v, want %v", c.held, v.Causes, c.want)
		}
		if len(c.want) > 0 && (len(v.Interventions) != 1 || v.Interventions[0].Measured != c.held || !strings.Contains(v.Sentence, "All cores are worth no more to it than one: 1.10x (1.02-1.18, 6 pairs).")) {
			t.Errorf("%+v\n%s", v.Interventions, v.Sentence)
		}
	}
	full := processes[1].p
	full.Held.Gain = verdict.Gain{Mean: 1.05, Low: 1, High: 1.1, Pairs: 6}
	if v := verdict.JudgeProcess(full); len(v.Uncertain) == 0 {
		t.Errorf("full cores of which one would do: %s", v.Sentence)
	}
}

// TestProcessHeldInVain: too few pairs, and a neighbour that took the cores meanwhile, prove nothing;
// the ratio is shown all the same, also beside no verdict.
func TestProcessHeldInVain(t *testing.T) {
	gain := verdict.Gain{Mean: 1.1, Low: 1.02, High: 1.18, Pairs: 6}
	few := gain
	few.Pairs = 2
	for name, held := range map[string]verdict.ProcessHeld{"few pairs": {Gain: few}, "a neighbour": {Gain: gain, Others: verdict.Known(.8)}} {
		p := seen(func(p *verdict.Process) { runs(p, 1.25, .1, .02, .6, .38); who(p, 1, 3, 8, 20) })
		p.Held = held
		v := verdict.JudgeProcess(p)
		if len(v.Causes) > 0 || len(v.Uncertain) != 1 || len(v.Interventions) != 1 || !strings.Contains(v.Sentence, "All cores are worth no more to it than one: 1.10x") {
			t.Errorf("%s: %v, %q, %s", name, v.Causes, v.Uncertain, v.Sentence)
		}
	}
	none := seen(func(p *verdict.Process) { runs(p, 1, 0, 0, 1); p.Upstream, p.Held.Gain = verdict.ProcessPeer{}, gain })
	if v := verdict.JudgeProcess(none); len(v.Causes) > 0 || !strings.Contains(v.Sentence, "than one: 1.10x") {
		t.Errorf("without a connection: %s", v.Sentence)
	}
}

// TestProcessShares: numbers between the trials change no verdict at once into another cause: a
// serial client whose upstream becomes slower is serial, then not clear, then outside.
func TestProcessShares(t *testing.T) {
	last := ""
	for asked := 0.; asked <= 32; asked++ {
		idle := asked / 32
		p := seen(func(p *verdict.Process) {
			runs(p, 1-idle, 0, idle, 1-idle)
			who(p, asked, 0, (32-asked)/2, (32-asked)/2)
		})
		now := strings.Join(spell.Strings(verdict.JudgeProcess(p).Causes), "+")
		if last == "outside" && now != "outside" || last == "" && asked > 0 && now == "serialised" {
			t.Errorf("%v asked: %q after %q", asked, now, last)
		}
		last = now
	}
	if last != "outside" {
		t.Errorf("all are asked: %q", last)
	}
}
