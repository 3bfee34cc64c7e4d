package accounts

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// maxAnswer is the bytes read of an answer of the token endpoint.
const maxAnswer = 1 << 20

// jsonAnswers makes the answers of the token endpoint what x/oauth2 reads: it takes
// the body for a form unless the header says JSON, which something between us and
// Linear may lose, and it refuses a lifetime that is no whole number.
type jsonAnswers struct {
	next  http.RoundTripper
	given *pair // unless nil: where the tokens of the answer go
}

// RoundTrip sends the request on.
func (j jsonAnswers) RoundTrip(req *http.Request) (*http.Response, error) {
	next := j.next
	if next == nil {
		next = http.DefaultTransport
	}
	res, err := next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if closeErr := res.Body.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return nil, err
	}
	var fields map[string]json.RawMessage
	if json.Unmarshal(body, &fields) == nil && fields != nil {
		res.Header.Set("Content-Type", "application/json")
		if j.given != nil {
			*j.given = pair{access: wordOf(fields["access_token"]), refresh: wordOf(fields["refresh_token"])}
		}
		if life, ok := seconds(fields["expires_in"]); ok {
			fields["expires_in"] = json.RawMessage(strconv.FormatInt(life, 10))
		} else {
			delete(fields, "expires_in")
		}
		if body, err = json.Marshal(fields); err != nil {
			return nil, err
		}
	}
	res.Body, res.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	return res, nil
}

// wordOf is a JSON string; empty for anything else.
func wordOf(raw json.RawMessage) Secret {
	var word string
	if json.Unmarshal(raw, &word) != nil {
		return Secret{}
	}
	return NewSecret(word)
}

// seconds reads a lifetime: a number or one in quotes. ok is false for anything
// else, and for one that is over.
func seconds(raw json.RawMessage) (life int64, ok bool) {
	n, err := strconv.ParseFloat(strings.Trim(string(raw), `"`), 64)
	if err != nil || !(n >= 1 && n <= legacyLife.Seconds()*10) { // so that NaN is none
		return 0, false
	}
	return int64(n), true
}
