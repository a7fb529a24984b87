// Package text spells runs for a terminal and for Markdown: tables, verdicts, and
// benchstat's tables beside them. It makes no number: all that it prints is in a
// reading, or comes from benchstat.
package text
