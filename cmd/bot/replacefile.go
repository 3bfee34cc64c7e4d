package main

import (
	"errors"
	"os"
	"path/filepath"
)

// replaceFile puts content into the place of a file, readable by this user only:
// a reader finds the old content or the new, also after a power cut.
func replaceFile(path string, content []byte) error {
	part, err := os.CreateTemp(filepath.Dir(path), ".part-*") // 0600
	if err != nil {
		return err
	}
	_, werr := part.Write(content)
	err = errors.Join(werr, part.Sync(), part.Close())
	if err == nil {
		err = os.Rename(part.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(part.Name()))
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}
