-- Notes one instance. ARGV[3] SOP Instance UID, [4] note, [5] whether it is an image, [6] lane, [7] site or empty,
-- [8] whether it is new work where the study was completed, [9] when it came, if that was before now, or empty.
local sopInstanceUID, note, isImage, lane, site = ARGV[3], ARGV[4], ARGV[5] == '1', ARGV[6], ARGV[7]
local isNew = redis.call('HSETNX', studyKey .. ':instances', sopInstanceUID, note)
local study = readStudy()
local at = now()
local cameBefore = tonumber(ARGV[9])
if not study and cameBefore and cameBefore < tonumber(at) then
  at = exactly(cameBefore)
elseif not study then
  -- A clock that is put back must not let those who come after it overtake those who came before.
  local last = redis.call('GET', prefix .. ':last-arrival')
  local ahead = last and tonumber(last) - tonumber(at) or -1
  if ahead >= 0 and ahead < 3600000 then at = exactly(tonumber(last) + 0.001) end
  redis.call('SET', prefix .. ':last-arrival', at)
end
if isNew == 1 then redis.call('HSET', studyKey, 'lastArrivalAt', at) end

if not study then
  study = { arrivedAt = at, lane = lane ~= 'live' and lane or nil, site = site ~= '' and site or nil }
  settle(study)
  save({}, study)
elseif isImage and lane == 'live' then
  local before = copyOf(study)
  if isOpen(study) and study.lane == 'backlog' then
    -- It is wanted now: from here on it is a live study that has just arrived. Whoever has opened it keeps it where it is.
    study.lane, study.arrivedAt = nil, at
    if site ~= '' then study.site = site end
    if not study.openedAt then settle(study) end
    remember({ event = 'live', at = at })
    save(before, study)
  elseif isNew == 1 and ARGV[8] == '1' and stateOf(study) == 'COMPLETED' then
    -- Nobody has read this image: the study is to be read again, as one that has just arrived.
    study.lane, study.arrivedAt = nil, at
    study.pin, study.pinnedAt = nil, nil
    scheduleAgain(study)
    remember({ event = 'grown', at = at })
    save(before, study)
  end
end

if isNew == 1 then
  local settled = tonumber(redis.call('HGET', studyKey, 'settledRevision') or '0')
  if isImage or settled == 0 then redis.call('HSET', studyKey, 'openRevision', settled + 1) end
end
return { isNew, tonumber(redis.call('HGET', studyKey, 'openRevision') or '0'), study.lane or 'live' }
