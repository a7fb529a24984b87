package peers

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"time"

	"collatebench/mockserver/behaviour"
	"collatebench/mockserver/payload"
)

// failingID is in the first op of failingAsk.
const failingID = 7

func failingAsk() ask {
	return ask{window: 4, responses: 20, ops: 1, faults: map[int]behaviour.Fault{failingID: behaviour.Status503}}
}

// judgeFirstError lets a response fail in each way that is seen at once, in the
// warm-up, too. Then it tries an upstream that does not listen.
func judgeFirstError(t *trial) {
	faults := []struct {
		fault behaviour.Fault
		id    int
		says  string
	}{
		{behaviour.Status503, failingID, "503"},
		{behaviour.Status500, 2, "500"},
		{behaviour.Reset, 9, ""},
		{behaviour.Truncate, 11, ""},
	}
	var asks []ask
	for _, f := range faults[1:] {
		asks = append(asks, ask{window: 4, responses: 20, ops: 1, faults: map[int]behaviour.Fault{f.id: f.fault}})
	}
	for i, x := range append([]*exchange{t.only(t.failing)}, t.exchanges(asks...)...) {
		if f := faults[i]; t.err == nil {
			if wrong := x.wrongReport(string(t.client.Name), f.id, f.says); wrong != "" {
				t.wrongf("response %d has the fault %s: %s", f.id, f.fault, wrong)
			}
		}
	}
	if wrong := t.unreachable(); wrong != "" {
		t.wrongf("the upstream does not listen: %s", wrong)
	}
}

// closedAddress is one at which no server listens. A port that was free a moment
// ago could be another upstream's by now.
const closedAddress = "127.0.0.1:1"

var firstWindow = regexp.MustCompile(`response [0-3]: `)

// unreachable runs the client against an upstream that does not listen. The
// error may name a response, as others do, or the upstream.
func (t *trial) unreachable() string {
	x := &exchange{ask: ask{window: 4, responses: 4, ops: 1, workers: 2, size: 16 * payload.KiB}}
	x.cell = x.ask.cell(t.subject)
	r := t.run(x.arguments("http://" + closedAddress)...)
	if wrong := r.refusal(string(t.client.Name), nil); wrong != "" {
		return wrong
	}
	if !firstWindow.MatchString(r.stderr) && !strings.Contains(r.stderr, closedAddress) {
		return fmt.Sprintf("neither a response nor %s is named: %q", closedAddress, r.stderr)
	}
	return ""
}

// wrongReport says how the report of a response's error breaks the contract.
func (x *exchange) wrongReport(client string, id int, says string) string {
	line, wrong := x.complaint(client)
	prefix := fmt.Sprintf("%s: response %d: ", client, id)
	switch {
	case x.exit != 1:
		return "not ended with exit code 1: " + x.end()
	case wrong != "":
		return wrong
	case !strings.HasPrefix(line, prefix):
		return fmt.Sprintf("stderr does not begin with %q: %q", prefix, line)
	case !strings.Contains(line, says):
		return fmt.Sprintf("stderr does not say %s: %q", says, line)
	case len(benchmarkLines(x.stdout)) > 0:
		return "a benchmark line on stdout all the same"
	}
	return ""
}

// judgeStops holds back the responses after the one that fails, so that the
// client sees the failure first. Then it sends them: the client may wait for
// them, but must not ask for more.
func judgeStops(t *trial) {
	const failing, held = 9, time.Second
	a := ask{window: 4, responses: 64, ops: 1, faults: map[int]behaviour.Fault{failing: behaviour.Status503}}
	a.script = func(u *upstream, w http.ResponseWriter, r *http.Request, id int) {
		if id > failing && id <= failing+a.window {
			pause(r, held)
		}
		u.answer(w, r, id)
	}
	x := t.exchange(a)
	if most := failing + x.window + 1; len(x.traffic.requests) > most {
		t.wrongf("response %d failed, and %d requests came in all, not at most %d", failing, len(x.traffic.requests), most)
	}
}

// judgeCancels has a response fail while the one before it stands still.
func judgeCancels(t *trial) {
	const stalled, failing = 8, 9
	stalls := []struct {
		where string
		stall script
	}{
		{"in the middle of its body", (*upstream).answer},
		{"before its header", func(_ *upstream, _ http.ResponseWriter, r *http.Request, _ int) { <-r.Context().Done() }},
	}
	var asks []ask
	for _, c := range stalls {
		asks = append(asks, ask{window: 4, responses: 20, ops: 1,
			faults: map[int]behaviour.Fault{stalled: behaviour.Stall, failing: behaviour.Status503},
			script: failingBeside(stalled, failing, c.stall)})
	}
	for i, x := range t.exchanges(asks...) {
		// Where the failing response was never asked for, the window is at fault.
		if x.traffic.highest >= failing && (x.hung != nil || !x.namesResponse(failing)) {
			t.wrongf("response %d failed while %d stood still %s: %s", failing, stalled, stalls[i].where, x.end())
		}
	}
}

// failingBeside lets one response fail while another one stalls.
func failingBeside(stalled, failing int, stall script) script {
	return func(u *upstream, w http.ResponseWriter, r *http.Request, id int) {
		switch id {
		case stalled:
			if !u.await(r, func() bool { return u.highest >= failing }) {
				u.expectEnd() // no response will fail, and the client would wait for ever
			}
			stall(u, w, r, id)
		case failing:
			pause(r, extraWait) // half a body is on its way
			u.answer(w, r, id)
		default:
			u.answer(w, r, id)
		}
	}
}
