// Package report makes pages and pictures of a run:
//
//	run, done := exampleRun()
//	defer done()
//	page, err := report.HTML(run, nil)
//	if err != nil {
//		log.Fatal(err)
//	}
//	fmt.Println(strings.Contains(string(page), "No round is complete yet."))
//
// A page has the verdicts in words, throughput against the window, the timeline of
// each placement, and the tables. It is one file that needs no other and no script;
// scripts add hovering, zooming and sorting. The same raw data gives the same bytes.
//
// It reads the run folder, and writes only what its caller asks for. It does not
// know who serves its pages.
package report

import (
	"bytes"
	_ "embed"
	"html/template"
	"strings"
	"time"

	"collatebench/internal/spell"
	"collatebench/profiles/timeline"
	"collatebench/results"
	"collatebench/results/stats"
	"collatebench/results/text"
)

//go:embed assets/report.html
var reportHTML string

var reportTemplate = template.Must(template.New("report").Funcs(template.FuncMap{"id": fileName}).Parse(reportHTML))

// HTML returns the report of a run. nav has links to other pages of the server that
// shows it, and is nil for a file.
func HTML(run *results.Run, nav []Link) ([]byte, error) {
	d, err := readDocument(run)
	if err != nil {
		return nil, err
	}
	return d.html(nav)
}

func (d document) html(nav []Link) ([]byte, error) {
	var body bytes.Buffer
	if err := reportTemplate.Execute(&body, d.page()); err != nil {
		return nil, err
	}
	return Page{Title: d.info.ID + " - collatebench", Nav: nav, Body: template.HTML(body.String())}.HTML()
}

// A content is the data of the template, in its order.
type content struct {
	Info         results.Info
	Heading      string
	Proven       bool
	Own          bool // of a person's own program: the laboratory's pictures say nothing of it
	About        string
	VerdictViews []verdictView
	Clients      []picture
	Versions     table // of a run that compares versions
	Gate         []string
	GateFailed   bool
	Compared     bool
	Throughput   []picture
	Lanes        []laneSection
	Heat         []picture
	Stages       []picture
	StageTable   table
	SchedLatency []picture
	Percentiles  string // what those of responses are made of
	DelayTable   table
	Table        table
	Benchstat    string
	Notes        []string
	Machine      []fact
	Repeat       string
	Rounds       int
}

// A laneSection is a timeline with its figures.
type laneSection struct {
	picture
	Phases    []timeline.Phase
	Requests  []request
	Disturbed string // what else used the machine when it was recorded; "" if nothing did
}

// A request is one lane as figures.
type request struct {
	ID    int
	Times []string // by phase
}

func (d document) page() content {
	if d.own() {
		return content{
			Info: d.info, Heading: d.heading(), Proven: true, Own: true, About: d.about(), Rounds: d.summary.Rounds, VerdictViews: d.verdictViews(),
			Table: d.ownTable(), Benchstat: d.benchstat, Machine: d.machine(), Repeat: d.info.CommandLine(),
		}
	}
	c := content{
		Info: d.info, Heading: d.heading(), Proven: d.info.Proves(), About: d.about(), Rounds: d.summary.Rounds,
		VerdictViews: d.verdictViews(), Versions: d.versions(), Clients: d.clients(), Compared: d.summary.ComparesClients(), Throughput: d.throughput(), Lanes: d.laneSections(), Heat: d.heat(), Stages: d.stages(), StageTable: stageTable(d.bars()),
		SchedLatency: d.schedLatency(), Percentiles: d.percentiles(), DelayTable: delayTable(d.bars()), Table: d.table(), Benchstat: d.benchstat, Notes: text.Notes(d.summary),
		Machine: d.machine(), Repeat: d.info.CommandLine(),
	}
	if gate := d.summary.Gate; gate != nil {
		c.Gate, c.GateFailed = text.GateLines(*gate), gate.Outcome == stats.Worse
	}
	return c
}

func (d document) heading() string {
	parts := []string{string(d.info.State)}
	if d.info.Label != "" {
		parts = append([]string{d.info.Label}, parts...)
	}
	return strings.Join(append(parts, text.Heading(d.summary)), ", ")
}

func (d document) laneSections() []laneSection {
	var out []laneSection
	for i, p := range d.lanes() {
		t := d.timelines[i]
		s := laneSection{picture: p, Disturbed: d.info.ProfileFlags[t.cell.Name()]}
		if p.Missing == "" {
			s.Phases = laneFrame{chart: t}.present()
		}
		for _, lane := range t.Lanes {
			sum := sums(timeline.Timeline{Lanes: []timeline.Lane{lane}})
			r := request{ID: lane.Request}
			for _, phase := range s.Phases {
				r.Times = append(r.Times, spell.DurationAmount(sum[phase].Round(time.Microsecond)))
			}
			s.Requests = append(s.Requests, r)
		}
		out = append(out, s)
	}
	return out
}
