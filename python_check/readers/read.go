// SPDX-License-Identifier: MIT

// Reads archives with Go's archive/zip.  Usage: read ARCHIVE...; prints what read.js prints.
package main

import (
	"archive/zip"
	"fmt"
	"hash/crc32"
	"io"
	"os"
)

func read(path string) error {
	archive, err := zip.OpenReader(path)
	if err != nil {
		return err
	}
	defer archive.Close()
	for _, file := range archive.File {
		member, err := file.Open()
		if err != nil {
			return err
		}
		sum := crc32.NewIEEE()
		size, err := io.Copy(sum, member)
		if err != nil {
			return err
		}
		fmt.Printf("archive/zip\t%s\t%s\t%d\t%08x\n", path, file.Name, size, sum.Sum32())
	}
	return nil
}

func main() {
	for _, path := range os.Args[1:] {
		if err := read(path); err != nil {
			fmt.Printf("archive/zip\t%s\t!\t%s\n", path, err)
		}
	}
}
