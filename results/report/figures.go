package report

// stageTable has the figures of the picture of stages, in ms: what hovering shows
// has to be readable without a pointer too.
func stageTable(bars []bar) table {
	t := table{Columns: []column{{Name: "cell", Text: true}}}
	for _, b := range bars {
		stages := b.cell.Stages()
		if stages == nil {
			return table{}
		}
		row := []entry{{Shown: b.label}}
		for _, s := range stages {
			if len(t.Rows) == 0 {
				t.Columns = append(t.Columns, column{Name: s.Name + " ms"})
			}
			row = append(row, amount(s.Seconds*1e3))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// delayTable has the figures of the picture of scheduling latency, in ms.
func delayTable(bars []bar) table {
	t := table{Columns: []column{{Name: "cell", Text: true}}}
	for _, d := range delays() {
		t.Columns = append(t.Columns, column{Name: d.name + ", ms"})
	}
	for _, b := range bars {
		row := []entry{{Shown: b.label}}
		for _, d := range delays() {
			row = append(row, amount(d.ms(b)))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}
