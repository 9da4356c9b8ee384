-- Notes one instance. ARGV[5] SOP Instance UID, [6] note, [7] whether it is an image, [8] lane, [9] site or empty,
-- [10] when it came, if that was before now, or empty.
local sopInstanceUID, note, isImage, lane, site = ARGV[5], ARGV[6], ARGV[7] == '1', ARGV[8], ARGV[9]
local isNew = redis.call('HSETNX', studyKey .. ':instances', sopInstanceUID, note)
local study = readNoted()
local at = now()
local cameBefore = tonumber(ARGV[10])
cameBefore = cameBefore and cameBefore < tonumber(at) and exactly(cameBefore) or nil
local isFirst = not study or not study.arrivedAt
if isFirst then at = cameBefore or arrival() end
if isNew == 1 then redis.call('HSET', studyKey, 'lastArrivalAt', at) end

if isFirst then
  local before = copyOf(study or {})
  study = study or { workitem = firstWorkitem }
  -- A person has ordered it to be read now, or else it is as it came.
  study.arrivedAt, study.lane = at, not study.awaitedAt and lane ~= 'live' and lane or nil
  study.site = site ~= '' and site or nil
  -- Somebody has ended a workitem about images that they had not seen.
  if not isOpen(study) then beginWorkitem(study, nextWorkitem, '', at) end
  if stateOf(study) == 'IN PROGRESS' then study.openedAt = at end
  settle(study)
  save(before, study)
elseif isImage and lane == 'live' then
  local before = copyOf(study)
  if isOpen(study) and study.lane == 'backlog' then
    -- It is wanted now: from here on it is a live study that has just arrived. Whoever has opened it keeps it where it is.
    at = arrival()
    study.lane, study.arrivedAt = nil, at
    if site ~= '' then study.site = site end
    if not study.openedAt then settle(study) end
    remember({ event = 'live', at = at })
    save(before, study)
  elseif isNew == 1 and stateOf(study) == 'COMPLETED' then
    comeBack(study, cameBefore or arrival())
  end
end

if isNew == 1 then
  local settled = tonumber(redis.call('HGET', studyKey, 'settledRevision') or '0')
  if isImage or settled == 0 then redis.call('HSET', studyKey, 'openRevision', settled + 1) end
end
return { isNew, tonumber(redis.call('HGET', studyKey, 'openRevision') or '0'), study.lane or 'live' }
