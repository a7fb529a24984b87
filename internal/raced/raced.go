// Package raced tells tests whether the race detector is on. What takes five times as long
// with it, or only sleeps, may then be left to the run without it:
//
//	rounds := 1000
//	if raced.Enabled {
//		rounds = 200
//	}
//	fmt.Println(rounds > 0)
package raced
