package report

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"html/template"

	"collatebench/results/report/draw"
)

//go:embed assets/page.css
var pageCSS string

//go:embed assets/*.js
var scripts embed.FS

// pageJS is the script of every page. The other files use functions of the first.
var pageJS = func() string {
	text := "(() => {\n\"use strict\";\n"
	for _, name := range []string{"page", "timeline", "table", "live"} {
		part, err := scripts.ReadFile("assets/" + name + ".js")
		if err != nil {
			panic(err) // the list is wrong
		}
		text += string(part)
	}
	return text + "})();\n"
}()

// A Link leads to another page of the server.
type Link struct{ Text, To string }

// A Page is one page of HTML that needs no other file: it contains scripts and
// styles. Its policy forbids the browser to load anything, or to run any other
// script that a label or a file might bring into Body.
type Page struct {
	Title string
	Nav   []Link // of the server that shows the page; none in a file
	Body  template.HTML
	Live  bool // the page fetches itself every 2 s; without scripts it reloads every 3 s
}

// HTML returns the page.
func (p Page) HTML() ([]byte, error) {
	var b bytes.Buffer
	err := shell.Execute(&b, struct {
		Page
		Policy string
		Style  template.CSS
		Script template.JS
	}{p, Policy(), template.CSS(draw.CSS() + pageCSS), template.JS(pageJS)})
	return b.Bytes(), err
}

// Policy is the Content-Security-Policy of every Page. Its connect-src lets a live
// page fetch itself from its server.
func Policy() string {
	sum := sha256.Sum256([]byte(pageJS))
	return "default-src 'none'; style-src 'unsafe-inline'; img-src data:; connect-src 'self'; form-action 'self'; base-uri 'none'; " +
		"script-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

var shell = template.Must(template.New("page").Parse(`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{{.Policy}}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{{.Title}}</title>
<style>{{.Style}}</style>
{{- if .Live}}
<noscript><meta http-equiv="refresh" content="3"></noscript>
{{- end}}
</head>
<body>
<a class="skip" href="#main">to the content</a>
{{- if .Nav}}
<nav aria-label="pages">{{range .Nav}}<a href="{{.To}}">{{.Text}}</a> {{end}}</nav>
{{- end}}
<main id="main"{{if .Live}} data-live="2000"{{end}}>
{{.Body}}
</main>
<script>{{.Script}}</script>
</body>
</html>
`))
