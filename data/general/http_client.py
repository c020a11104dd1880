"""A client for a web service, with retries and a cache on disk."""

import hashlib
import json
import os
import time
import urllib.error
import urllib.parse
import urllib.request


class ApiError(Exception):
    pass


class Client:
    def __init__(self, base_url, token=None, timeout=10, retries=3, cache_dir=None):
        self.base_url = base_url.rstrip("/")
        self.token = token
        self.timeout = timeout
        self.retries = retries
        self.cache_dir = cache_dir
        if cache_dir is not None:
            os.makedirs(cache_dir, exist_ok=True)

    def _headers(self):
        headers = {"Accept": "application/json", "User-Agent": "example/1.0"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        return headers

    def _cache_path(self, url):
        digest = hashlib.sha256(url.encode("utf-8")).hexdigest()
        return os.path.join(self.cache_dir, digest + ".json")

    def _read_cache(self, url):
        if self.cache_dir is None:
            return None
        path = self._cache_path(url)
        if not os.path.exists(path):
            return None
        with open(path, "r", encoding="utf-8") as f:
            return json.load(f)

    def _write_cache(self, url, data):
        if self.cache_dir is None:
            return
        with open(self._cache_path(url), "w", encoding="utf-8") as f:
            json.dump(data, f)

    def get(self, path, **params):
        url = f"{self.base_url}/{path.lstrip('/')}"
        if params:
            url += "?" + urllib.parse.urlencode(sorted(params.items()))
        cached = self._read_cache(url)
        if cached is not None:
            return cached
        request = urllib.request.Request(url, headers=self._headers())
        for attempt in range(self.retries):
            try:
                with urllib.request.urlopen(request, timeout=self.timeout) as response:
                    data = json.loads(response.read().decode("utf-8"))
                self._write_cache(url, data)
                return data
            except urllib.error.HTTPError as error:
                if error.code < 500:
                    raise ApiError(f"{url}: {error.code} {error.reason}") from error
                time.sleep(2 ** attempt)
            except urllib.error.URLError as error:
                if attempt == self.retries - 1:
                    raise ApiError(f"cannot reach {url}") from error
                time.sleep(2 ** attempt)
        raise ApiError(f"gave up on {url} after {self.retries} attempts")
