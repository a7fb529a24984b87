package peers

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

func buildCpp(ctx context.Context, s site) ([]string, error) {
	err := s.run(ctx, "cmake", "-S", filepath.Join("bench", "peers", "cpp"), "-B", s.relative(), "-DCMAKE_BUILD_TYPE=Release")
	if err == nil {
		err = s.run(ctx, "cmake", "--build", s.relative(), "--parallel")
	}
	return []string{filepath.Join(s.output, "collatebench-cpp")}, err
}

// missingForCpp wants a compiler. Which version and which libraries it takes,
// cmake finds out: see blameCmake.
func missingForCpp(context.Context, site) (string, error) {
	if cxx := strings.Fields(os.Getenv("CXX")); len(cxx) > 0 {
		return absent(cxx[0]), nil
	}
	compilers := []string{"c++", "g++", "clang++"}
	if !slices.ContainsFunc(compilers, func(c string) bool { return absent(c) == "" }) {
		return "no C++ compiler in PATH (" + strings.Join(compilers, ", ") + ")", nil
	}
	return "", nil
}

// cmakeMissing is the end of a configuration, as our CMakeLists.txt says it.
var cmakeMissing = regexp.MustCompile(`CMake Error at CMakeLists.txt:\d+ \(message\): (.+? is missing): apt-get install`)

// blameCmake finds in what cmake has printed that a library or a tool is not to
// be had.
func blameCmake(output string) string {
	output = strings.Join(strings.Fields(output), " ") // cmake breaks its lines
	if m := cmakeMissing.FindStringSubmatch(output); m != nil {
		return m[1]
	}
	if strings.Contains(output, "unable to find a build program") {
		return "cmake finds no make"
	}
	return ""
}
