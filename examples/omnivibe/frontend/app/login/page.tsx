import { LoginForm } from "@/components/LoginForm";
import { Card } from "@/components/Card";

export default function Page() {
  return (
    <Card title="Log in">
      <LoginForm />
    </Card>
  );
}
