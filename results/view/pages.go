package view

import (
	"embed"
	"html/template"
)

//go:embed pages/*.html
var pageFiles embed.FS

// pages are the bodies of this package's own pages.
var pages = template.Must(template.ParseFS(pageFiles, "pages/*.html"))
