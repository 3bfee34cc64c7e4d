package linear

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
)

// File is a file to be kept by Linear.
type File struct {
	Name string
	Type string // its media type; empty: any bytes
	Data []byte
}

// Upload keeps a file at Linear and returns its address for Markdown. The storage
// wants exactly the announced type and headers (Linear: how to upload a file).
func (s *Session) Upload(ctx context.Context, f File) (string, error) {
	if f.Type == "" {
		f.Type = "application/octet-stream"
	}
	var answer struct {
		FileUpload struct {
			UploadFile *struct {
				AssetURL  string `json:"assetUrl"`
				UploadURL string `json:"uploadUrl"`
				Headers   []struct{ Key, Value string }
			} `json:"uploadFile"`
		} `json:"fileUpload"`
	}
	err := s.run(ctx, "FileUpload", map[string]any{"contentType": f.Type, "filename": f.Name, "size": len(f.Data)}, &answer)
	if err != nil {
		return "", err
	}
	to := answer.FileUpload.UploadFile
	if to == nil {
		return "", &Error{Op: "FileUpload", Message: "no place to upload to", kind: ErrTransient}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, to.UploadURL, bytes.NewReader(f.Data))
	if err != nil {
		return "", fmt.Errorf("upload file: %w", err)
	}
	req.Header.Set("Content-Type", f.Type)
	req.Header.Set("Cache-Control", "public, max-age=31536000")
	for _, h := range to.Headers {
		req.Header.Set(h.Key, h.Value)
	}
	resp, err := s.client.http.Do(req)
	if err != nil {
		return "", fmt.Errorf("upload file: %w", err)
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, io.LimitReader(resp.Body, 1<<16)); err != nil {
		return "", fmt.Errorf("upload file: %w", err)
	}
	if resp.StatusCode/100 != 2 {
		return "", &Error{Op: "FileUpload", Status: resp.StatusCode, Message: "the storage refused the file", kind: ErrTransient}
	}
	return to.AssetURL, nil
}
