-- Asks the addresses of one file in turn, with the tokens of another (empty: nobody is signed in); prints one JSON line.
local requests, position = {}, 0

local function lines(name)
  local found = {}
  for line in io.lines(name) do found[#found + 1] = line end
  return found
end

function init(args)
  local tokens = lines(args[2])
  for i, path in ipairs(lines(args[1])) do
    local headers = {}
    if #tokens > 0 then headers["Authorization"] = "Bearer " .. tokens[(i - 1) % #tokens + 1] end
    requests[i] = wrk.format("GET", path, headers)
  end
  position = tonumber(args[3]) % #requests
end

function request()
  position = position % #requests + 1
  return requests[position]
end

function done(summary, latency)
  local e = summary.errors
  if e.connect + e.read + e.write + e.status + e.timeout > 0 then
    io.write(string.format("\nFAILED connect %d, read %d, write %d, status %d, timeout %d\n",
      e.connect, e.read, e.write, e.status, e.timeout))
  end
  io.write(string.format(
    '\nRESULT {"requests": %d, "seconds": %.6f, "failed": %d, "p50_ms": %.3f, "p99_ms": %.3f}\n',
    summary.requests, summary.duration / 1e6, e.connect + e.read + e.write + e.status + e.timeout,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
end
