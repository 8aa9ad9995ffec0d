"use client";

export default function Door({ enter }) {
  function submit(event) {
    event.preventDefault();
    const isNew = event.nativeEvent.submitter.value === "new";
    enter(Object.fromEntries(new FormData(event.currentTarget)), isNew);
  }

  return (
    <form onSubmit={submit}>
      <input name="email" type="email" placeholder="이메일" required />
      <input name="password" type="password" placeholder="비밀번호" minLength={10} required />
      <button value="known">로그인</button>
      <button value="new">회원가입</button>
    </form>
  );
}
