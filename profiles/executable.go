package profiles

import (
	"bytes"
	"debug/elf"
	"encoding/hex"
	"errors"
	"net/http"
	"os/exec"

	"github.com/google/pprof/driver"
	"github.com/google/pprof/profile"

	"collatebench/internal/boundedfile"
)

// objectTool chooses the tool with which pprof reads executables: binutils (nil) for
// the executable that the caller names, if that was profiled and is as it was; else
// none. A profile names executables too, but it may come from anybody: neither this
// program nor binutils opens them. By itself pprof would, even if another build is at
// that path, and would wait for a named pipe. Without an executable it makes the source
// page from the lines in the profile.
func objectTool(executable string, all fetcher) driver.ObjTool {
	id := ""
	if executable != "" && hasTool("objdump", "llvm-objdump") {
		id = intactBuildID(executable)
	}
	if !restrict(all, executable, id) {
		return noObjects{}
	}
	return nil
}

// restrict leaves the mappings of the executable with that build ID as the only ones
// that have a file, and reports whether there are any. If there are none it leaves all
// files, for the legend: then nothing opens them.
func restrict(all fetcher, executable, id string) bool {
	var own, others []*profile.Mapping
	for _, p := range all {
		for _, m := range p.Mapping {
			// pprof takes a build ID for a pattern of names below its own folders.
			if _, err := hex.DecodeString(m.BuildID); err != nil {
				m.BuildID = ""
			}
			if id != "" && m.BuildID == id {
				own = append(own, m)
			} else {
				others = append(others, m)
			}
		}
	}
	for _, m := range own {
		m.File = executable
	}
	if len(own) > 0 {
		for _, m := range others {
			m.File, m.BuildID = "", ""
		}
	}
	return len(own) > 0
}

func hasTool(names ...string) bool {
	for _, name := range names {
		if _, err := exec.LookPath(name); err == nil {
			return true
		}
	}
	return false
}

// maxExecutable, in bytes, is several times what a large program in Go has.
const maxExecutable = 1 << 30

// intactBuildID returns the build ID of an executable that has its symbols, or "".
func intactBuildID(path string) string {
	file, err := boundedfile.Open(path, maxExecutable)
	if err != nil {
		return ""
	}
	defer file.Close()
	f, err := elf.NewFile(file)
	if err != nil {
		return ""
	}
	if _, err = f.Symbols(); err != nil {
		return ""
	}
	return buildID(f)
}

// buildID returns the GNU build ID, or "" if there is none. In the note it follows
// the owner, which is "GNU" and a zero byte.
func buildID(f *elf.File) string {
	s := f.Section(".note.gnu.build-id")
	if s == nil {
		return ""
	}
	data, err := s.Data()
	if err != nil {
		return ""
	}
	_, id, _ := bytes.Cut(data, []byte("GNU\x00"))
	return hex.EncodeToString(id)
}

// noObjects reads no executable.
type noObjects struct{}

var errNoObjects = errors.New("disassembly takes objdump and the executable that was profiled, with its symbols, where it was")

func (noObjects) Open(string, uint64, uint64, uint64, string) (driver.ObjFile, error) {
	return nil, errNoObjects
}

func (noObjects) Disasm(string, uint64, uint64, bool) ([]driver.Inst, error) {
	return nil, errNoObjects
}

// refuseDisassembly replaces pprof's page, which would say that nothing matches.
func refuseDisassembly(w http.ResponseWriter, _ *http.Request) {
	http.Error(w, errNoObjects.Error(), http.StatusNotImplemented)
}
