export default function FansPage() {
  return <div className="page" />;
}
