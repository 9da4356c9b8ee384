-- Notes how a report stands. ARGV[3] revision, [4] state, [5] what the history is told, or empty. What is told of an
-- older revision than the one that placed the study is out of date.
if tonumber(redis.call('HGET', studyKey, 'foundRevision') or '0') > tonumber(ARGV[3]) then return 0 end
if redis.call('HGET', studyKey, 'report') ~= ARGV[4] then
  redis.call('HSET', studyKey, 'report', ARGV[4])
  if ARGV[5] ~= '' then remember({ event = ARGV[5], at = now(), revision = tonumber(ARGV[3]) }) end
end
redis.call('PUBLISH', prefix .. ':reading-list-changes', uid)
return 1
