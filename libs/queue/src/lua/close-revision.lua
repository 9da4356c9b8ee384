-- Closes a revision. ARGV[5] revision, [6] settle time in milliseconds.
local revisionKey = studyKey .. ':revision-' .. ARGV[5]
if redis.call('HGET', studyKey, 'openRevision') ~= ARGV[5] then
  return { 0, redis.call('LRANGE', revisionKey, 0, -1) }
end
local last, at = tonumber(redis.call('HGET', studyKey, 'lastArrivalAt')), tonumber(now())
if last > at then
  -- The clock has been put back since: the study would grow until it is that late again.
  last = at
  redis.call('HSET', studyKey, 'lastArrivalAt', exactly(at))
end
local wait = math.ceil(last + tonumber(ARGV[6]) - at)
if wait > 0 then return { wait, {} } end
local uids = redis.call('HKEYS', studyKey .. ':instances')
table.sort(uids)
redis.call('DEL', revisionKey)
for _, uid in ipairs(uids) do redis.call('RPUSH', revisionKey, uid) end
local isFirst = redis.call('HSET', studyKey, 'settledRevision', ARGV[5]) == 1
redis.call('HDEL', studyKey, 'openRevision')
-- What is to be read is there: the workitem's Input Readiness State (0040,4041) is READY from now on.
local study = isFirst and readStudy()
if study then report(study.workitem, stateOf(study)) end
return { 0, uids }
