package scenarios

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"collatebench/internal/boundedfile"
)

// An answersFile keeps the answers of a run as they come: how it asks in the first line, and
// an answer in each of the others. A run of the same build that asks in the same way goes on
// from them. The zero answersFile keeps nothing.
type answersFile struct {
	file *os.File
	had  map[question]Outcome
}

// A question is what tells one answer from the others.
type question struct {
	Command Command
	Title   string
	Seed    uint64
	Again   bool
}

// A manner is how a run asks. Answers of different manners are not of one outcome.
type manner struct {
	Build  string        `json:"build"` // SHA-256 of the program
	Pairs  int           `json:"pairs"`
	Budget time.Duration `json:"budget_ns"`
	Small  bool          `json:"small"`
}

// An AnswersError says why a run can't go on from a file of answers.
type AnswersError struct {
	Path string
	Err  error
}

func (e *AnswersError) Error() string { return fmt.Sprintf("%q: %v", e.Path, e.Err) }

// Unwrap returns the reason.
func (e *AnswersError) Unwrap() error { return e.Err }

// maxAnswers bounds the file. An answer has some 10 kB.
const maxAnswers = 256 << 20

// openAnswers reads what the file has, and opens it for more. "" keeps nothing.
func openAnswers(path string, how manner) (*answersFile, error) {
	if path == "" {
		return &answersFile{}, nil
	}
	a := &answersFile{had: map[question]Outcome{}}
	text, err := boundedfile.Read(path, maxAnswers)
	whole := 0
	switch {
	case errors.Is(err, fs.ErrNotExist) || err == nil && len(text) == 0:
	case err != nil:
		return nil, &AnswersError{path, err}
	default:
		if whole, err = a.parse(text, how); err != nil {
			return nil, &AnswersError{path, err}
		}
	}
	if a.file, err = os.OpenFile(path, os.O_CREATE|os.O_WRONLY, 0o666); err != nil {
		return nil, &AnswersError{path, err}
	}
	if err = a.file.Truncate(int64(whole)); err == nil {
		_, err = a.file.Seek(0, io.SeekEnd)
	}
	if err == nil && whole == 0 {
		err = a.line(how)
	}
	if err != nil {
		a.file.Close()
		return nil, err
	}
	return a, nil
}

// parse takes the answers, and returns where the last whole line ends: what a killed run
// wrote of the next one is dropped.
func (a *answersFile) parse(text []byte, how manner) (whole int, err error) {
	whole = bytes.LastIndexByte(text, '\n') + 1
	if whole == 0 {
		return 0, errors.New("it is no file of answers")
	}
	for i, line := range bytes.Split(text[:whole-1], []byte("\n")) {
		if i == 0 {
			var was manner
			if err := json.Unmarshal(line, &was); err != nil || was.Build == "" {
				return 0, errors.New("it is no file of answers")
			}
			if was != how {
				return 0, errors.New("its answers are of another build, or of other --pairs, --budget or --small: name another file")
			}
			continue
		}
		var o Outcome
		if err := json.Unmarshal(line, &o); err != nil {
			return 0, fmt.Errorf("line %d: %w", i+1, err)
		}
		a.had[question{o.Command, o.Title, o.Seed, o.Again}] = o
	}
	return whole, nil
}

// find returns the answer to a question that was asked before.
func (a *answersFile) find(t Turn, again bool) (Outcome, bool) {
	o, ok := a.had[question{t.Command, t.Title(), t.Seed, again}]
	o.Scenario = t.Scenario
	return o, ok
}

// keep adds an answer.
func (a *answersFile) keep(o Outcome, again bool) error {
	if a.file == nil {
		return nil
	}
	o.Again = again
	return a.line(o)
}

func (a *answersFile) line(v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("keep the answer: %w", err)
	}
	_, err = a.file.Write(append(text, '\n')) // one write: a line is whole or is the torn last one
	return err
}

func (a *answersFile) close() error {
	if a == nil || a.file == nil {
		return nil
	}
	return a.file.Close()
}
