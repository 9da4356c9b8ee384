-- Puts back what Redis has lost of a study and the spool remembers. ARGV[3] when its first instance came, [4] lane,
-- [5] the latest revision that has a finding, or 0, [6] the instances of that, [7] notes on instances, each with its UID,
-- the note, whether it is an image that the finding has not seen, and when it came; both as JSON. Answers how many of the
-- instances were not known.
local arrivedAt, revision = math.min(tonumber(ARGV[3]), tonumber(now())), tonumber(ARGV[5])
local study = readStudy()
if not study then
  study = { arrivedAt = exactly(arrivedAt), lane = ARGV[4] ~= 'live' and ARGV[4] or nil }
  settle(study)
  remember({ event = 'restored', at = now() })
  save({}, study)
end

local settled = tonumber(redis.call('HGET', studyKey, 'settledRevision') or '0')
if revision > settled then
  settled = revision
  redis.call('HSET', studyKey, 'settledRevision', settled)
  redis.call('HDEL', studyKey, 'openRevision')
  redis.call('DEL', studyKey .. ':revision-' .. settled)
  local seen = {}
  for _, instance in ipairs(cjson.decode(ARGV[6])) do
    seen[instance] = true
    redis.call('RPUSH', studyKey .. ':revision-' .. settled, instance)
  end
  -- What came since may be known already, as part of a revision that Redis took for an earlier one.
  local known = redis.call('HGETALL', studyKey .. ':instances')
  for at = 1, #known, 2 do
    if not seen[known[at]] and cjson.decode(known[at + 1]).isImage then
      redis.call('HSET', studyKey, 'openRevision', settled + 1)
    end
  end
end

local unknown = 0
for _, one in ipairs(cjson.decode(ARGV[7])) do
  local instance, note, isUnseen, cameAt = one[1], one[2], one[3], math.min(one[4], tonumber(now()))
  if redis.call('HSETNX', studyKey .. ':instances', instance, note) == 1 then
    unknown = unknown + 1
    if cameAt > tonumber(redis.call('HGET', studyKey, 'lastArrivalAt') or '0') then
      redis.call('HSET', studyKey, 'lastArrivalAt', exactly(cameAt))
    end
    if isUnseen or settled == 0 then redis.call('HSET', studyKey, 'openRevision', settled + 1) end
  end
end
return unknown
