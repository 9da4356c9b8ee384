-- Puts a study back on the list that it belongs to, open or done, where it is on neither.
local study = readStudy()
if not study or redis.call('ZSCORE', listKey, uid) or redis.call('ZSCORE', doneKey, uid) then return 0 end
study.endedAt = study.endedAt or (not isOpen(study) and now() or nil)
local before = copyOf(study)
if isOpen(study) then settle(study) end
save(before, study)
return 1
