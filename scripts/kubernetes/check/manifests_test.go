// Package check holds the manifests to the API's types, to the program's flags and to each other.
package check

import (
	"bytes"
	"fmt"
	"maps"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/yaml"
)

// Where the manifests are, and the program: make program builds it.
const (
	manifestsFolder = ".."
	program         = "../../../.build/collatebench"
)

// Variables of an Indexed Job: the first one Kubernetes sets itself.
const (
	jobIndex  = "JOB_COMPLETION_INDEX"
	jobShards = "JOB_COMPLETIONS"
)

// manifests are what kubectl apply -k would apply.
type manifests struct {
	namespace corev1.Namespace
	settings  corev1.ConfigMap
	results   corev1.PersistentVolumeClaim
	service   corev1.Service
	upstream  appsv1.StatefulSet
	bench     batchv1.Job
	merge     batchv1.Job
}

// render builds the manifests of a folder. A field that the API does not have is an error.
func render(t *testing.T, folder string) manifests {
	t.Helper()
	made, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(filesys.MakeFsOnDisk(), folder)
	if err != nil {
		t.Fatal(err)
	}
	var m manifests
	into := map[string]any{
		"Namespace collatebench": &m.namespace, "ConfigMap collatebench": &m.settings, "PersistentVolumeClaim results": &m.results,
		"Service upstream": &m.service, "StatefulSet upstream": &m.upstream, "Job bench": &m.bench, "Job merge": &m.merge,
	}
	for _, r := range made.Resources() {
		text, err := r.AsYAML()
		if err != nil {
			t.Fatal(err)
		}
		name := r.GetKind() + " " + r.GetName()
		to, known := into[name]
		if !known {
			t.Errorf("%s: there is no test of it", name)
			continue
		}
		if err := yaml.UnmarshalStrict(text, to); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		delete(into, name)
	}
	if len(into) > 0 {
		t.Fatalf("missing: %v", into)
	}
	return m
}

// settingsOf copies the manifests, with other settings.
func settingsOf(t *testing.T, change map[string]string) string {
	t.Helper()
	folder := t.TempDir()
	files, err := filepath.Glob(filepath.Join(manifestsFolder, "*.yaml"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, from := range files {
		text, err := os.ReadFile(from)
		if err == nil {
			err = os.WriteFile(filepath.Join(folder, filepath.Base(from)), text, 0o666)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(folder, "settings.yaml")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for key, value := range change {
		line := regexp.MustCompile(`(?m)^  ` + key + `: .*$`)
		if !line.Match(text) {
			t.Fatalf("no setting %s", key)
		}
		text = line.ReplaceAll(text, []byte("  "+key+": "+value))
	}
	if err := os.WriteFile(path, text, 0o666); err != nil {
		t.Fatal(err)
	}
	return folder
}

// TestManifests holds the manifests to the API's types, to one place for what is set, and to what
// makes the figures those of a machine of one's own.
func TestManifests(t *testing.T) {
	m := render(t, settingsOf(t, map[string]string{"SHARDS": `"7"`, "CPUS": `"3"`, "MEMORY": "5Gi", "STORAGE": "11Gi"}))
	if m.bench.Spec.CompletionMode == nil || *m.bench.Spec.CompletionMode != batchv1.IndexedCompletion {
		t.Error("bench is no Indexed Job")
	}
	for what, n := range map[string]*int32{"completions": m.bench.Spec.Completions, "parallelism": m.bench.Spec.Parallelism, "upstreams": m.upstream.Spec.Replicas} {
		if n == nil || *n != 7 {
			t.Errorf("%s are not SHARDS", what)
		}
	}
	if got := m.results.Spec.Resources.Requests.Storage().String(); got != "11Gi" {
		t.Errorf("storage %s", got)
	}
	bench, upstream, merge := m.bench.Spec.Template, m.upstream.Spec.Template, m.merge.Spec.Template
	env := map[string]string{}
	for _, e := range bench.Spec.Containers[0].Env {
		env[e.Name] = e.Value
	}
	if env[jobShards] != "7" {
		t.Errorf("%s=%q", jobShards, env[jobShards])
	}
	for name, c := range map[string]corev1.Container{"bench": bench.Spec.Containers[0], "upstream": upstream.Spec.Containers[0]} {
		may, wants := c.Resources.Limits, c.Resources.Requests
		if may.Cpu().String() != "3" || may.Memory().String() != "5Gi" || !may.Cpu().Equal(*wants.Cpu()) || !may.Memory().Equal(*wants.Memory()) {
			t.Errorf("%s: requests %v, limits %v: not both CPUS and MEMORY", name, wants, may)
		}
	}
	// Each client has a machine without an upstream and another client.
	for _, term := range bench.Spec.Affinity.PodAntiAffinity.RequiredDuringSchedulingIgnoredDuringExecution {
		for _, labels := range []map[string]string{bench.Labels, upstream.Labels} {
			for key, value := range term.LabelSelector.MatchLabels {
				if labels[key] != value {
					t.Errorf("anti-affinity to %s=%s, the pods have %q", key, value, labels[key])
				}
			}
			for _, e := range term.LabelSelector.MatchExpressions {
				if !slices.Contains(e.Values, labels[e.Key]) {
					t.Errorf("anti-affinity to %s in %v, the pods have %q", e.Key, e.Values, labels[e.Key])
				}
			}
		}
	}
	for key, value := range m.service.Spec.Selector {
		if upstream.Labels[key] != value {
			t.Errorf("the service selects %s=%s, the upstream has %q", key, value, upstream.Labels[key])
		}
	}
	for _, pod := range []corev1.PodTemplateSpec{bench, upstream, merge} {
		commandParses(t, pod, m.settings.Data)
	}
}

// commandParses holds the command of a pod to the flags that there are, with the variables as
// Kubernetes would expand them.
func commandParses(t *testing.T, pod corev1.PodTemplateSpec, env map[string]string) {
	t.Helper()
	c := pod.Spec.Containers[0]
	var args []string
	env = maps.Clone(env)
	env[jobIndex] = "0"
	for _, a := range c.Args {
		args = append(args, expand(a, env))
	}
	for _, a := range args {
		if strings.Contains(a, "$(") {
			t.Errorf("%s: %s: no such setting", c.Name, a)
		}
	}
	// A flag that there is not, or a value that is wrong, is an error before the help.
	if out, err := exec.Command(program, append(args, "--help")...).CombinedOutput(); err != nil {
		t.Errorf("%s: %v: %v\n%s", c.Name, args, err, out)
	}
}

// TestCommands has the programs of the image, and no others, carry out what the pods are told: an
// upstream, two shards against it, and their merge.
func TestCommands(t *testing.T) {
	image := imagePrograms(t)
	m := render(t, settingsOf(t, map[string]string{"SHARDS": `"2"`, "PLACEMENT": "inline", "WINDOW": `"1"`, "SIZE": "4KiB", "LATENCY": "none", "PROCS": `"1"`, "ROUNDS": `"2"`}))
	volume, upstream := t.TempDir(), freeAddress(t)
	command := func(pod corev1.PodTemplateSpec, index string) *exec.Cmd {
		env := maps.Clone(m.settings.Data)
		maps.Copy(env, map[string]string{jobIndex: index, jobShards: "2", "PATH": image, "TMPDIR": t.TempDir(), "COLLATEBENCH_GUARD": "off"})
		places := strings.NewReplacer("http://upstream-"+index+".upstream:8080", "http://"+upstream, "--addr=:8080", "--addr="+upstream,
			"/bench.test", filepath.Join(image, "bench.test"), "/results", volume)
		var args []string
		for _, a := range pod.Spec.Containers[0].Args {
			args = append(args, places.Replace(expand(a, env)))
		}
		cmd := exec.Command(filepath.Join(image, "collatebench"), args...)
		cmd.Dir = volume
		for name, value := range env {
			cmd.Env = append(cmd.Env, name+"="+value)
		}
		return cmd
	}
	serve := command(m.upstream.Spec.Template, "")
	if err := serve.Start(); err != nil {
		t.Fatal(err)
	}
	defer serve.Wait()
	defer serve.Process.Signal(os.Interrupt)
	for began := time.Now(); ; time.Sleep(50 * time.Millisecond) {
		if conn, err := net.Dial("tcp", upstream); err == nil {
			conn.Close()
			break
		} else if time.Since(began) > 20*time.Second {
			t.Fatal(err)
		}
	}
	for _, index := range []string{"0", "1"} {
		client := command(m.bench.Spec.Template, index)
		client.Args = append(client.Args, "--ops=1", "--profile=none") // in little time
		if out, err := client.CombinedOutput(); err != nil {
			t.Fatalf("the client of shard %s: %v\n%s", index, err, out)
		}
	}
	out, err := command(m.merge.Spec.Template, "").CombinedOutput()
	if err != nil || !bytes.Contains(out, []byte("2 rounds of")) {
		t.Errorf("the merge: %v\n%s", err, out)
	}
}

// imagePrograms is a folder with the programs that the Dockerfile copies.
func imagePrograms(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(manifestsFolder, "Dockerfile"))
	if err != nil {
		t.Fatal(err)
	}
	copied := regexp.MustCompile(`(?m)^COPY (.+) /$`).FindSubmatch(text)
	if copied == nil {
		t.Fatal("the Dockerfile copies nothing")
	}
	folder := t.TempDir()
	for _, name := range strings.Fields(string(copied[1])) {
		if name == filepath.Base(program) { // built already
			made, err := filepath.Abs(program)
			if err == nil {
				err = os.Symlink(made, filepath.Join(folder, name))
			}
			if err != nil {
				t.Fatal(err)
			}
			continue
		}
		build := map[string][]string{
			"bench.test": {"test", "-c", "-vet=off", "-o", filepath.Join(folder, name), "./bench"},
			"benchstat":  {"build", "-o", folder, "golang.org/x/perf/cmd/benchstat"},
		}[name]
		cmd := exec.Command("go", build...)
		cmd.Dir = filepath.Join(manifestsFolder, "..", "..")
		if out, err := cmd.CombinedOutput(); build == nil || err != nil {
			t.Fatalf("%s: %v\n%s", name, err, out)
		}
	}
	return folder
}

// freeAddress is one on which nothing listens.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// expand puts the variables into an argument, as Kubernetes does.
func expand(arg string, env map[string]string) string {
	for name, value := range env {
		arg = strings.ReplaceAll(arg, "$("+name+")", value)
	}
	return arg
}

// TestSettingsAreUsed: a setting that nothing uses would change nothing, and say nothing.
func TestSettingsAreUsed(t *testing.T) {
	m := render(t, manifestsFolder)
	used := ""
	for _, name := range []string{"upstream.yaml", "bench.yaml", "merge.yaml", "kustomization.yaml"} {
		text, err := os.ReadFile(filepath.Join(manifestsFolder, name))
		if err != nil {
			t.Fatal(err)
		}
		used += string(text)
	}
	for key := range m.settings.Data {
		if !strings.Contains(used, "$("+key+")") && !strings.Contains(used, "data."+key) {
			t.Errorf("setting %s is used nowhere", key)
		}
	}
}

// TestCluster has the API of a real cluster take the manifests; with COLLATEBENCH_IMAGE, an image
// that its nodes can have, it runs them to the end.
func TestCluster(t *testing.T) {
	if os.Getenv("KUBECONFIG") == "" {
		t.Skip("SKIPPED: KUBECONFIG names no cluster")
	}
	if _, err := exec.LookPath("kubectl"); err != nil {
		t.Skip("SKIPPED: kubectl is not here")
	}
	image := os.Getenv("COLLATEBENCH_IMAGE")
	folder := settingsOf(t, map[string]string{"SHARDS": `"2"`, "CPUS": `"1"`, "MEMORY": "1Gi", "PROCS": `"1"`, "WINDOW": `"4"`, "ROUNDS": `"4"`, "SIZE": "64KiB"})
	kubectl := func(args ...string) string {
		out, err := exec.Command("kubectl", args...).CombinedOutput()
		if err != nil {
			t.Fatalf("kubectl %s: %v\n%s", strings.Join(args, " "), err, out)
		}
		return string(out)
	}
	path := filepath.Join(folder, "kustomization.yaml")
	customized := func(was, is string) {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		changed := regexp.MustCompile(was).ReplaceAll(text, []byte(is))
		if bytes.Equal(changed, text) {
			t.Fatalf("kustomization.yaml has no %q", was)
		}
		if err := os.WriteFile(path, changed, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if image == "" { // a dry run makes no namespace, and takes nothing for one that is not there
		customized(`(?m)^namespace: .*$`, "namespace: default")
		customized(`(?m)^  - namespace.yaml\n`, "")
		t.Log(kubectl("apply", "--dry-run=server", "--validate=strict", "-k", folder))
		return
	}
	name, tag := image, "latest"
	if at := strings.LastIndexByte(image, ':'); at > strings.LastIndexByte(image, '/') {
		name, tag = image[:at], image[at+1:]
	}
	customized(`newName: .*\n    newTag: .*`, fmt.Sprintf("newName: %s\n    newTag: %q", name, tag))
	t.Cleanup(func() { kubectl("delete", "--wait", "-k", folder) })
	kubectl("apply", "-k", folder)
	kubectl("-n", "collatebench", "wait", "--for=condition=complete", "--timeout=15m", "job/merge")
	if out := kubectl("-n", "collatebench", "logs", "job/merge"); !strings.Contains(out, "4 rounds of") {
		t.Errorf("%s", out)
	}
}
