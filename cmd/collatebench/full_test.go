package main

import (
	"bytes"
	"errors"
	"strings"
	"testing"
)

// fullOutput takes nothing.
type fullOutput struct{}

func (fullOutput) Write([]byte) (int, error) { return 0, errors.New("write /dev/stdout: no space") }

// TestFullOutput: whoever redirects the output to a full disk is told, in a line.
func TestFullOutput(t *testing.T) {
	var errs bytes.Buffer
	code := run([]string{"report", "--help"}, strings.NewReader(""), fullOutput{}, &errs)
	if want := "collatebench: write /dev/stdout: no space\n"; code != exitError || errs.String() != want {
		t.Errorf("%d, %q; want %q", code, errs.String(), want)
	}
}
