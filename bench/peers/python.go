package peers

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// interpreterProbe prints what a virtual environment depends on, in one line
// of JSON. A module that Debian packages apart is named in place of it.
const interpreterProbe = `
import json, sys
missing = []
for name in ("venv", "ensurepip"):
    try:
        __import__(name)
    except ImportError:
        missing.append(name)
print(json.dumps({"version": list(sys.version_info[:3]), "home": sys.base_prefix, "program": sys.executable, "missing": missing}))
`

// An interpreter is a Python, as it says itself.
type interpreter struct {
	Version [3]int   `json:"version"`
	Home    string   `json:"home"`
	Program string   `json:"program"`
	Missing []string `json:"missing,omitempty"` // of the modules that a virtual environment takes
}

// oldestPython is what requirements.lock has wheels for.
var oldestPython = [3]int{3, 11, 0}

func findInterpreter(ctx context.Context, s site) (p interpreter, err error) {
	text, err := s.ask(ctx, "python3", "-c", interpreterProbe)
	if err == nil {
		if json.Unmarshal([]byte(text), &p) != nil {
			err = &commandError{[]string{"python3"}, "it does not answer as Python does", errors.New("no JSON")}
		}
	}
	return p, err
}

func missingForPython(ctx context.Context, s site) (string, error) {
	p, err := findInterpreter(ctx, s)
	switch failed := (*commandError)(nil); {
	case errors.As(err, &failed): // pyenv's, without a version; or one too old for the probe
		return "python3 does not work: " + failed.reason(), nil
	case err != nil:
		return "", err
	case olderPython(p.Version, oldestPython):
		return fmt.Sprintf("python3 is %d.%d, and it takes %d.%d or later", p.Version[0], p.Version[1], oldestPython[0], oldestPython[1]), nil
	case len(p.Missing) > 0:
		return "python3 has no " + p.Missing[0] + " module", nil
	}
	return "", nil
}

func olderPython(a, b [3]int) bool {
	return a[0] < b[0] || a[0] == b[0] && a[1] < b[1]
}

// An environment is the record in a virtual environment of what has been done
// to it. It is written after each step: one that was interrupted is not in it.
type environment struct {
	Python interpreter `json:"python"`
	Lock   string      `json:"lock,omitempty"` // SHA-256 of requirements.lock, once that is installed
}

const environmentFile = "collatebench.json"

// buildPython makes the virtual environment, where there is none of this
// interpreter that is whole, and installs what the lock names.
func buildPython(ctx context.Context, s site) ([]string, error) {
	python := filepath.Join(s.output, "bin", "python")
	p, err := findInterpreter(ctx, s)
	if err != nil {
		return nil, err
	}
	want := environment{Python: p}
	if want.Lock, err = s.lockSum(); err != nil {
		return nil, err
	}
	have := s.environment()
	if have.Python.same(p) && have.Lock == want.Lock {
		return []string{python, "-B", s.source}, nil
	}
	if !have.Python.same(p) {
		if err := s.makeEnvironment(ctx, p); err != nil {
			return nil, err
		}
	}
	err = s.execute(ctx, filepath.Join(s.relative(), "bin", "python"), "-m", "pip", "install", "--quiet",
		"--disable-pip-version-check", "--require-hashes", "-r", filepath.Join("bench", "peers", "python", "requirements.lock"))
	if err == nil {
		err = s.record(want)
	}
	return []string{python, "-B", s.source}, err
}

func (p interpreter) same(o interpreter) bool {
	return p.Version == o.Version && p.Home == o.Home && p.Program == o.Program
}

func (s site) lockSum() (string, error) {
	text, err := os.ReadFile(filepath.Join(s.source, "requirements.lock"))
	return fmt.Sprintf("%x", sha256.Sum256(text)), err
}

// environment reads the record; the zero value where there is none that can
// be read.
func (s site) environment() (e environment) {
	text, err := os.ReadFile(filepath.Join(s.output, environmentFile))
	if err != nil || json.Unmarshal(text, &e) != nil {
		return environment{}
	}
	return e
}

func (s site) makeEnvironment(ctx context.Context, p interpreter) error {
	if err := os.RemoveAll(s.output); err != nil {
		return err
	}
	if err := s.execute(ctx, "python3", "-m", "venv", s.relative()); err != nil {
		return err
	}
	return s.record(environment{Python: p})
}

// record writes the record whole or not at all.
func (s site) record(e environment) error {
	text, err := json.Marshal(e)
	if err != nil {
		return err
	}
	path := filepath.Join(s.output, environmentFile)
	if err := os.WriteFile(path+".new", append(text, '\n'), 0o666); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}
