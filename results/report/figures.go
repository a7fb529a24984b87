package report

// stepTable has the figures of the picture of steps, in ms: what hovering shows
// has to be readable without a pointer too.
func stepTable(bars []bar) table {
	t := table{Columns: []column{{Name: "cell", Text: true}}}
	for _, b := range bars {
		steps := b.cell.Steps()
		if steps == nil {
			return table{}
		}
		row := []entry{{Shown: b.label}}
		for _, s := range steps {
			if len(t.Rows) == 0 {
				t.Columns = append(t.Columns, column{Name: s.Name + " ms"})
			}
			row = append(row, amount(s.Seconds*1e3))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// delayTable has the figures of the picture of neighbours, in ms.
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
