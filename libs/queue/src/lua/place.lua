-- Places a study by its finding. ARGV[5] revision, [6] outcome, [7] head start in milliseconds, [8] step of the backlog,
-- [9] the finding in short, [10] head starts of sites that have others, as JSON by the site's name. A finding of an older
-- revision than the one that placed the study changes nothing. One that says nothing takes nothing away: the study keeps the place
-- that an earlier one has given it.
local study = readStudy()
if not study then return 0 end
if tonumber(study.foundRevision or 0) >= tonumber(ARGV[5]) then return 0 end
local before = copyOf(study)
if ARGV[6] ~= 'not-analysed' or not study.foundRevision then
  study.outcome, study.step = ARGV[6], ARGV[8]
  study.headStart = study.site and cjson.decode(ARGV[10])[study.site] or ARGV[7]
end
study.foundRevision = ARGV[5]
redis.call('HSET', studyKey, 'short', ARGV[9])
redis.call('HDEL', studyKey, 'report')
local opened = study.openedAt ~= nil
if opened then
  redis.call('HINCRBY', prefix .. ':reading-list-counters', 'findingsAfterOpening', 1)
elseif isOpen(study) then
  settle(study)
end
remember({ event = 'found', at = now(), revision = tonumber(ARGV[5]), outcome = ARGV[6], afterOpening = opened or nil })
save(before, study)
return 1
