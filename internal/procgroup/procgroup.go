// Package procgroup ends a program with all that it has started.
//
//	cmd := exec.Command("sh", "-c", "sleep 60 & wait")
//	procgroup.Lead(cmd)
//	if err := cmd.Start(); err != nil {
//		log.Fatal(err)
//	}
//	procgroup.End(cmd)
//	fmt.Println(cmd.Wait())
//	for procgroup.Alive(cmd) {
//		time.Sleep(time.Millisecond)
//	}
//
// The program leads a process group of its own, so that Ctrl-C in a terminal
// does not reach it: who started it ends it. Where a system has no process
// groups, the program alone is ended.
package procgroup
