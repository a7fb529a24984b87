package wholefile

import (
	"errors"
	"io/fs"
	"slices"
	"syscall"
)

// Full says that an error is one of writing whose reason other files of the folder share: the
// disk is full, a quota or a limit is used up, the folder or its disk takes no files.
func Full(err error) bool {
	reasons := []error{syscall.ENOSPC, syscall.EDQUOT, syscall.EFBIG, syscall.EROFS, syscall.EIO, fs.ErrPermission}
	return slices.ContainsFunc(reasons, func(reason error) bool { return errors.Is(err, reason) })
}
