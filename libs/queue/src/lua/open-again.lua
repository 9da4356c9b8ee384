-- Opens a new revision of a study that holds what it held, to be judged anew. Answers the revision that is open then.
local settled = tonumber(redis.call('HGET', studyKey, 'settledRevision') or '0')
local open = tonumber(redis.call('HGET', studyKey, 'openRevision') or '0')
if open > 0 or settled == 0 then return open end
redis.call('HSET', studyKey, 'openRevision', settled + 1)
return settled + 1
