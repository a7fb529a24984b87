// The carrier is asked for a quote while the rows of the query are still open, so that each
// call keeps one of the few connections of the pool (Cyoda/cyoda-go#354,
// svix/svix-webhooks#498; compare xataio/pgstream#294).
package main

import (
	"database/sql"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"

	_ "modernc.org/sqlite"

	"shapes/rig"
)

const customers = 500

func serve(l net.Listener) {
	http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(6 * time.Millisecond)
		io.WriteString(w, `{"price":1290,"currency":"EUR"}`)
	}))
}

type order struct {
	id      int
	address string
}

type shipping struct {
	db     *sql.DB
	client *http.Client
	base   string
}

func (s *shipping) quote(o order) {
	resp, err := s.client.Get(s.base + "/quote?to=" + url.QueryEscape(o.address))
	if err != nil {
		panic(err)
	}
	io.Copy(io.Discard, resp.Body)
	resp.Body.Close()
	rig.Done(1)
}

func (s *shipping) open(customer int) *sql.Rows {
	rows, err := s.db.Query("SELECT id, address FROM orders WHERE customer = ? AND quoted = 0", customer)
	if err != nil {
		panic(err)
	}
	return rows
}

func (s *shipping) quoteAll(customer int) {
	rows := s.open(customer)
	defer rows.Close()
	for rows.Next() {
		var o order
		if err := rows.Scan(&o.id, &o.address); err != nil {
			panic(err)
		}
		s.quote(o)
	}
	if err := rows.Err(); err != nil {
		panic(err)
	}
}

// quoteRead reads the rows first and gives the connection back.
func (s *shipping) quoteRead(customer int) {
	var orders []order
	rows := s.open(customer)
	for rows.Next() {
		var o order
		if err := rows.Scan(&o.id, &o.address); err != nil {
			panic(err)
		}
		orders = append(orders, o)
	}
	if err := rows.Err(); err != nil {
		panic(err)
	}
	rows.Close()
	for _, o := range orders {
		s.quote(o)
	}
}

func fill(db *sql.DB) {
	_, err := db.Exec(`CREATE TABLE orders (id INTEGER PRIMARY KEY, customer INTEGER, address TEXT, quoted INTEGER);
		CREATE INDEX by_customer ON orders (customer)`)
	rig.Must(err)
	tx, err := db.Begin()
	rig.Must(err)
	for i := range customers * 4 {
		_, err := tx.Exec("INSERT INTO orders (customer, address, quoted) VALUES (?, ?, 0)", i%customers, fmt.Sprint(i, " Main Street"))
		rig.Must(err)
	}
	rig.Must(tx.Commit())
}

func main() {
	rig.Parse()
	addr := rig.Upstream(serve)
	db, err := sql.Open("sqlite", "file:/orders?vfs=memdb")
	rig.Must(err)
	db.SetMaxOpenConns(3)
	db.SetMaxIdleConns(3)
	fill(db)
	s := &shipping{db: db, base: "http://" + addr, client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}}
	quote := s.quoteAll
	if rig.Fixed() {
		quote = s.quoteRead
	}
	for g := range 16 {
		go func() {
			for i := g; ; i += 16 {
				quote(i % customers)
			}
		}()
	}
	rig.Measure()
}
