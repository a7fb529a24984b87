package peers

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
)

func buildCpp(ctx context.Context, s site) ([]string, error) {
	// test.sh turns the tests on in the same folder, which saves compiling twice.
	err := s.execute(ctx, "cmake", "-S", filepath.Join("bench", "peers", "cpp"), "-B", s.relative(), "-DCMAKE_BUILD_TYPE=Release", "-DBUILD_TESTING=OFF")
	if err == nil {
		// Without a number make starts all compilers at once, each of which may take 1 GB.
		err = s.execute(ctx, "cmake", "--build", s.relative(), "--parallel", strconv.Itoa(runtime.NumCPU()))
	}
	return []string{filepath.Join(s.output, "collatebench-cpp")}, err
}

// missingForCpp wants a compiler. cmake finds out whether its version and the
// libraries will do: see blameCmake.
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

// cmakeMissing is how our CMakeLists.txt ends a configuration.
var cmakeMissing = regexp.MustCompile(`CMake Error at CMakeLists.txt:\d+ \(message\): (.+? is missing): apt-get install`)

// blameCmake finds in the output of cmake which library or tool is missing.
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
