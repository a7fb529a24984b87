// A catalogue in SQLite, WAL mode, whose pool was pinned to one connection to
// stop "database is locked" (vavallee/bindery#2147, ethpandaops/benchmarkoor#142,
// Cod-e-Codes/marchat#126). Readers that could run side by side take turns.
package main

import (
	"database/sql"
	"flag"
	"fmt"
	"os"
	"path/filepath"

	_ "modernc.org/sqlite"

	"shapes/rig"
)

var readers = flag.Int("readers", 12, "shelves at a time")

func open(path string) *sql.DB {
	db, err := sql.Open("sqlite", "file:"+path+"?_pragma=journal_mode(WAL)&_pragma=busy_timeout(5000)")
	if err != nil {
		panic(err)
	}
	return db
}

func fill(db *sql.DB) {
	if _, err := db.Exec(`CREATE TABLE books(id INTEGER PRIMARY KEY, author INTEGER, title TEXT, pages INTEGER)`); err != nil {
		panic(err)
	}
	tx, _ := db.Begin()
	for i := range 20000 {
		if _, err := tx.Exec(`INSERT INTO books VALUES(?,?,?,?)`, i, i%97, fmt.Sprintf("A long enough title number %d", i), i%900); err != nil {
			panic(err)
		}
	}
	tx.Commit()
}

type store struct{ db *sql.DB }

func (s *store) shelf(author int) int {
	rows, err := s.db.Query(`SELECT id, title, pages FROM books WHERE author = ? ORDER BY title DESC`, author)
	if err != nil {
		panic(err)
	}
	defer rows.Close()
	n := 0
	for rows.Next() {
		var id, pages int
		var title string
		if err := rows.Scan(&id, &title, &pages); err != nil {
			panic(err)
		}
		n += pages
	}
	return n
}

func main() {
	rig.Parse()
	dir, _ := os.MkdirTemp("", "shelf")
	db := open(filepath.Join(dir, "books.db"))
	fill(db)
	db.SetMaxOpenConns(1)
	if rig.Fixed() {
		db.SetMaxOpenConns(8)
		db.SetMaxIdleConns(8)
	}
	s := &store{db}
	for w := range *readers {
		go func() {
			for i := w; ; i++ {
				s.shelf(i % 97)
				rig.Done(1)
			}
		}()
	}
	defer os.RemoveAll(dir)
	rig.Measure()
}
