// News and public holidays: the real services, or a mock of each.

import { Refused } from './errors.js';

const ANSWER_MS = 8000;

async function ask(name, url, headers = {}) {
  let answer;
  try {
    answer = await fetch(url, { headers, signal: AbortSignal.timeout(ANSWER_MS) });
  } catch {
    throw new Refused(502, `${name}_unreachable`, `${name} does not answer`);
  }
  if (!answer.ok) throw new Refused(502, `${name}_refused`, `${name} answered ${answer.status}`);
  return answer.json().catch(() => {
    throw new Refused(502, `${name}_refused`, `${name} answered something else than JSON`);
  });
}

export function openNews({ news }) {
  if (news.provider === 'mock') {
    return async (query) => [{ title: `${query}: nothing new`, link: 'https://example.com/news' }];
  }
  const headers = { 'X-Naver-Client-Id': news.id, 'X-Naver-Client-Secret': news.secret };
  return async (query, count = 10) => {
    const asked = new URLSearchParams({ query, display: String(count) });
    const told = await ask('naver', `https://openapi.naver.com/v1/search/news.json?${asked}`, headers);
    return (told.items ?? []).map(({ title, link }) => ({ title, link }));
  };
}

const FIXED = [['01-01', '신정'], ['03-01', '삼일절'], ['05-05', '어린이날'], ['06-06', '현충일'],
  ['08-15', '광복절'], ['10-03', '개천절'], ['10-09', '한글날'], ['12-25', '성탄절']];

export function openHolidays({ holidays }) {
  if (holidays.provider === 'mock') {
    return async (year) => FIXED.map(([day, name]) => ({ date: `${year}-${day}`, name }));
  }
  const place = 'https://apis.data.go.kr/B090041/openapi/service/SpcdeInfoService/getRestDeInfo';
  return async (year) => {
    const asked = new URLSearchParams({
      serviceKey: holidays.key, solYear: String(year), numOfRows: '50', _type: 'json',
    });
    const told = await ask('holiday', `${place}?${asked}`);
    const items = told.response?.body?.items?.item ?? [];
    return [items].flat().map(({ locdate, dateName }) => ({
      date: String(locdate).replace(/(\d{4})(\d{2})(\d{2})/, '$1-$2-$3'),
      name: dateName,
    }));
  };
}
