// Command foreign asks the Go project's own verifiers, golang.org/x/mod/sumdb/note and tlog, what they think of
// checkpoints and proofs. A question is a line of JSON, an answer is "<nil>" or the error. It decides nothing.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type question struct {
	Vkey, Note, Older, Tiles string
	Index                    int64
	Path                     []tlog.Hash
	Entry                    []byte
}

func opened(vkey, text string) (tree tlog.Tree, err error) {
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return tree, err
	}
	signed, err := note.Open([]byte(text), note.VerifierList(verifier))
	if err != nil {
		return tree, err
	}
	lines := strings.Split(signed.Text, "\n")
	if len(lines) != 4 || lines[0] != verifier.Name() {
		return tree, errors.New("no checkpoint of this log")
	}
	if tree.N, err = strconv.ParseInt(lines[1], 10, 64); err == nil {
		tree.Hash, err = tlog.ParseHash(lines[2])
	}
	return tree, err
}

func answer(asked question) error {
	tree, err := opened(asked.Vkey, asked.Note)
	if err == nil && asked.Older != "" {
		older, err := opened(asked.Vkey, asked.Older)
		return errors.Join(err, tlog.CheckTree(asked.Path, tree.N, tree.Hash, older.N, older.Hash))
	}
	if err == nil && asked.Tiles != "" {
		asked.Path, err = tlog.ProveRecord(tree.N, asked.Index, tlog.TileHashReader(tree, directory(asked.Tiles)))
	}
	return errors.Join(err, tlog.CheckRecord(asked.Path, tree.N, tree.Hash, asked.Index, tlog.RecordHash(asked.Entry)))
}

type directory string // of an exported ledger

func (directory) Height() int                         { return 8 }
func (directory) SaveTiles(_ []tlog.Tile, _ [][]byte) {}
func (d directory) ReadTiles(tiles []tlog.Tile) (found [][]byte, err error) {
	for _, tile := range tiles {
		data, wrong := os.ReadFile(filepath.Join(string(d), strings.Replace(tile.Path(), "/8/", "/", 1)))
		found, err = append(found, data), errors.Join(err, wrong)
	}
	return found, err
}

func main() {
	for questions := json.NewDecoder(os.Stdin); ; {
		var asked question
		err := questions.Decode(&asked)
		if err == io.EOF {
			return
		}
		answered := fmt.Sprint(errors.Join(err, answer(asked)))
		fmt.Println(strings.ReplaceAll(answered, "\n", "; "))
	}
}
