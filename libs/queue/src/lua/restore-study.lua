-- Puts back what Redis has lost of a study and the spool remembers. ARGV[5] when its first instance came, [6] lane,
-- [7] the latest revision that has a finding, or 0, [8] the instances of that, [9] notes on instances, each with its UID,
-- the note, whether it is an image that the finding has not seen, and when it came; both as JSON. Answers how many of the
-- instances were not known.
local arrivedAt, revision = math.min(tonumber(ARGV[5]), tonumber(now())), tonumber(ARGV[7])
local study = readNoted()
if not study or not study.arrivedAt then
  local before = copyOf(study or {})
  study = study or { workitem = firstWorkitem }
  study.arrivedAt, study.lane = exactly(arrivedAt), not study.awaitedAt and ARGV[6] ~= 'live' and ARGV[6] or nil
  if not isOpen(study) then beginWorkitem(study, nextWorkitem, '', now()) end
  settle(study)
  remember({ event = 'restored', at = now() })
  save(before, study)
end

local settled = tonumber(redis.call('HGET', studyKey, 'settledRevision') or '0')
if revision > settled then
  settled = revision
  redis.call('HSET', studyKey, 'settledRevision', settled)
  redis.call('HDEL', studyKey, 'openRevision')
  redis.call('DEL', studyKey .. ':revision-' .. settled)
  local seen = {}
  for _, instance in ipairs(cjson.decode(ARGV[8])) do
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
for _, one in ipairs(cjson.decode(ARGV[9])) do
  local instance, note, isUnseen, cameAt = one[1], one[2], one[3], math.min(one[4], tonumber(now()))
  if redis.call('HSETNX', studyKey .. ':instances', instance, note) == 1 then
    unknown = unknown + 1
    if cameAt > tonumber(redis.call('HGET', studyKey, 'lastArrivalAt') or '0') then
      redis.call('HSET', studyKey, 'lastArrivalAt', exactly(cameAt))
    end
    if isUnseen or settled == 0 then redis.call('HSET', studyKey, 'openRevision', settled + 1) end
    -- Of the backlog nobody knows whether the image was fetched before the study was completed.
    local isRead = stateOf(study) == 'COMPLETED' and study.lane ~= 'backlog'
    if isUnseen and isRead then comeBack(study, exactly(cameAt)) end
  end
end
return unknown
